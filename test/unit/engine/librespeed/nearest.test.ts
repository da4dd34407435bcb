import fc from 'fast-check';
import {expect, it, onTestFinished} from 'vitest';
import {nearestServers, sample} from '../../../../src/engine/librespeed/nearest.ts';
import {type LibrespeedServer, locate} from '../../../../src/engine/librespeed/server.ts';
import {layouts} from '../../../../src/reflector/protocol.ts';
import {startReflector} from '../../../../src/reflector/reflector.ts';
import {startRawServer} from '../native/raw-server.ts';

const never = new AbortController().signal;
const settings = {userAgent: 'test/1', timeoutMs: 1000, random: Math.random};

const at = (base: URL | string, name: string): LibrespeedServer => {
  const [layout] = layouts;
  if (layout === undefined) throw new Error('no layout');
  return {name, ...locate(new URL(base), layout)};
};

const reflector = async (name: string): Promise<LibrespeedServer> => {
  const started = await startReflector({host: '127.0.0.1', port: 0});
  onTestFinished(() => started.close());
  return at(started.url, name);
};

/** A server that answers each request only after `delayMs`. */
const slow = async (name: string, delayMs: number): Promise<LibrespeedServer> => {
  const {url} = await startRawServer((socket) => {
    socket.on('data', () => {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), delayMs);
    });
  });
  return at(url, name);
};

const refusing = async (name: string): Promise<LibrespeedServer> => {
  const {url, close} = await startRawServer(() => undefined);
  await close();
  return at(url, name);
};

it('are those that answer, the soonest first, whatever the others do', async () => {
  const hanging = at((await startRawServer(() => undefined)).url, 'hanging');
  const servers = [await slow('slow', 150), await refusing('gone'), await reflector('near'), hanging];
  const answering = await nearestServers(servers, {...settings, timeoutMs: 700}, never);
  expect(answering.map(({name}) => name)).toEqual(['near', 'slow']);
});

it('asks ten of many', async () => {
  let asked = 0;
  const {url} = await startRawServer((socket) => {
    asked += 1;
    socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
  });
  const servers = Array.from({length: 30}, () => at(url, 'busy'));
  await expect(nearestServers(servers, settings, never)).rejects.toMatchObject({
    failureClass: 'no-server',
    message: `none of 10 listed servers answers; ping of ${url.host}: answered with status 503`,
  });
  expect(asked).toBe(10);
});

it('fails with the class that all failures share, or with no-server', async () => {
  const gone = await refusing('gone');
  await expect(nearestServers([gone, gone], settings, never)).rejects.toMatchObject({
    failureClass: 'connection',
  });
  const garbage = at((await startRawServer((socket) => socket.end('nonsense\r\n'))).url, 'garbage');
  await expect(nearestServers([gone, garbage], settings, never)).rejects.toMatchObject({
    failureClass: 'no-server',
  });
});

it('stops with its signal', async () => {
  const hanging = at((await startRawServer(() => undefined)).url, 'hanging');
  const stop = new AbortController();
  const choice = nearestServers([hanging], settings, stop.signal);
  stop.abort(new Error('SIGTERM'));
  await expect(choice).rejects.toMatchObject({
    failureClass: 'interrupted',
    message: 'choosing a LibreSpeed server: interrupted: SIGTERM',
  });
});

it('samples without repeating, and every item has its chance', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat()),
      fc.nat(20),
      fc.infiniteStream(fc.double({min: 0, max: 0.999, noNaN: true})),
      (items, count, chances) => {
        const chosen = sample(items, count, () => chances.next().value ?? 0);
        expect(chosen).toHaveLength(Math.min(count, items.length));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(items).toEqual(expect.arrayContaining(chosen));
      },
    ),
  );
  const seen = new Set(Array.from({length: 500}, () => sample([1, 2, 3, 4, 5], 2, Math.random)).flat());
  expect(seen.size).toBe(5);
});

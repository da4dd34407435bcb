import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createUploadStream, nextBodyBytes} from '../../../../src/engine/native/upload.ts';
import {type ReceivedRequest, type Respond, startHttpServer} from '../../../contract/http-server.ts';
import {ok, startRawServer} from './raw-server.ts';

interface Recorded {
  readonly bytes: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const serve = async (respond: Respond): Promise<{url: URL; requests: readonly ReceivedRequest[]}> => {
  const {url, requests, stop} = await startHttpServer(respond);
  onTestFinished(stop);
  return {url: new URL('empty', url), requests};
};

/** Runs one stream until it has recorded so many bodies, or fails. */
const upload = async (url: URL, bodies: number): Promise<readonly Recorded[]> => {
  const recorded: Recorded[] = [];
  const stop = new AbortController();
  const stream = createUploadStream()(
    {url, what: 'upload to server', userAgent: 'test/1'},
    (bytes, fromMs, toMs) => {
      recorded.push({bytes, fromMs, toMs});
      if (recorded.length === bodies) stop.abort();
    },
    stop.signal,
  );
  await stream.catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return recorded;
};

describe('nextBodyBytes', () => {
  it('begins small, and takes what 300 ms bring within its bounds', () => {
    expect(nextBodyBytes(0, 0, false)).toBe(8 * 1024);
    expect(nextBodyBytes(1_000_000, 1000, false)).toBe(300_000);
    expect(nextBodyBytes(8 * 1024, 60_000, false)).toBe(8 * 1024);
    expect(nextBodyBytes(1e9, 1000, false)).toBe(4 * 1024 * 1024);
  });

  it('takes what 50 ms bring where that is ample, when bodies are sent ahead', () => {
    expect(nextBodyBytes(0, 0, true)).toBe(8 * 1024);
    expect(nextBodyBytes(300_000, 1000, true)).toBe(90_000);
    expect(nextBodyBytes(1_000_000, 1000, true)).toBe(128 * 1024);
    expect(nextBodyBytes(10_000_000, 1000, true)).toBe(500_000);
    expect(nextBodyBytes(1e9, 1000, true)).toBe(4 * 1024 * 1024);
  });

  it('is a whole number within its bounds for every rate', () => {
    fc.assert(
      fc.property(
        fc.nat(1e12),
        fc.double({min: 0, max: 1e6, noNaN: true}),
        fc.boolean(),
        (acknowledged, elapsedMs, ahead) => {
          const bytes = nextBodyBytes(acknowledged, elapsedMs, ahead);
          expect(Number.isInteger(bytes)).toBe(true);
          expect(bytes).toBeGreaterThanOrEqual(8 * 1024);
          expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
        },
      ),
    );
  });
});

it('counts the bodies that the server has taken, and each time once', async () => {
  const {url, requests} = await serve((response) => response.end());
  const recorded = await upload(url, 20);
  expect(recorded.map(({bytes}) => bytes)).toEqual(
    requests.slice(0, recorded.length).map(({body}) => body.length),
  );
  recorded.forEach(({fromMs, toMs}, index) => {
    expect(toMs).toBeGreaterThanOrEqual(fromMs);
    expect(fromMs).toBeGreaterThanOrEqual(recorded[index - 1]?.toMs ?? 0);
  });
});

it('counts nothing that is not acknowledged, though it is written', async () => {
  const {url, requests} = await serve((response) => {
    if (requests.length <= 2) response.end();
  });
  const recorded: number[] = [];
  const stop = new AbortController();
  const stream = createUploadStream()(
    {url, what: 'upload to server', userAgent: 'test/1'},
    (bytes) => recorded.push(bytes),
    stop.signal,
  );
  const ended = expect(stream).rejects.toMatchObject({failureClass: 'interrupted'});
  await expect.poll(() => requests.length, {timeout: 5000}).toBeGreaterThan(2);
  stop.abort();
  await ended;
  expect(recorded).toHaveLength(2);
});

it('goes on over a new connection when the server ends one', async () => {
  const {url, requests} = await serve((response) => response.writeHead(200, {Connection: 'close'}).end());
  expect(await upload(url, 3)).toHaveLength(3);
  expect(new Set(requests.map(({clientPort}) => clientPort)).size).toBeGreaterThanOrEqual(3);
});

it('fails with the status of the server', async () => {
  const {url, requests} = await serve((response) =>
    response.writeHead(requests.length > 3 ? 429 : 200).end(),
  );
  await expect(upload(url, 100)).rejects.toMatchObject({
    failureClass: 'rate-limited',
    message: 'upload to server: rate limited (429)',
  });
});

it('sends nothing ahead to a server that does not bear it', async () => {
  const {url} = await startRawServer((socket) => {
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const [head = '', body] = received.split('\r\n\r\n');
      const length = Number.parseInt(/Content-Length: (\d+)/.exec(head)?.[1] ?? '', 10);
      const excess = received.length - (head.length + 4 + length);
      if (body === undefined || excess < 0) return;
      received = '';
      if (excess > 0) socket.destroy();
      else socket.write(ok());
    });
  });
  const recorded = await upload(url, 10);
  expect(recorded).toHaveLength(10);
});

it('fails when a server answers what it was not asked', async () => {
  const {url} = await startRawServer((socket) => {
    socket.on('data', () => socket.write(ok()));
  });
  await expect(upload(url, 100_000)).rejects.toMatchObject({
    failureClass: 'bad-output',
    message: 'upload to server: not HTTP: it sends what was not asked for',
  });
});

import {connect} from 'node:net';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {EngineError} from '../../../src/engine/engine.ts';
import {parseServerList} from '../../../src/engine/librespeed/server-list.ts';
import {type LibrespeedSettings, librespeedEngine} from '../../../src/engine/librespeed.ts';
import {plainLayout} from '../../../src/reflector/protocol.ts';
import {startReflector} from '../../../src/reflector/reflector.ts';
import {describeEngine, type EngineFixture} from '../../contract/engine.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {authorities} from '../../fixtures/tls.ts';
import {answering, ok, startRawServer} from './native/raw-server.ts';
import {certificate} from './native/test-certificate.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};
/** Bytes end a transfer, and not the time that a busy machine takes for them. */
const brief = {version: '1.2.3', durationMs: 20_000, maxBytes: 1_000_000, connections: 2, pingCount: 3};
/** Where packet loss is measured, which takes half of the time. */
const withLoss = {durationMs: 1000};

const engineFor = (url: URL | string, settings: Partial<LibrespeedSettings> = {}) =>
  librespeedEngine({...brief, server: {url: String(url)}, ...settings});

const working = async (): Promise<EngineFixture> => {
  const reflector = await startReflector({host: '127.0.0.1', port: 0});
  return {engine: engineFor(reflector.url, withLoss), close: () => reflector.close()};
};

/** Against a server that answers every request alike. */
const against = async (
  answer: string,
  settings: Partial<LibrespeedSettings> = {},
): Promise<EngineFixture> => {
  const {url, close} = await startRawServer(answering(answer));
  return {engine: engineFor(url, settings), close};
};

const withStatus = (status: string, headers = ''): (() => Promise<EngineFixture>) => {
  return () => against(`HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\n\r\n`);
};

describeEngine('librespeed', {
  working,
  faults: {
    gone: async ({moving}) => {
      const reflector = await startReflector({host: '127.0.0.1', port: 0, udp: false});
      const closed = moving.then(() => reflector.close());
      const unbounded = {durationMs: 60_000, maxBytes: Number.POSITIVE_INFINITY};
      return {engine: engineFor(reflector.url, unbounded), close: () => closed};
    },
    unreachable: async () => {
      const {url, close} = await startRawServer(() => undefined);
      await close();
      return {engine: engineFor(url)};
    },
    unknown: async () => ({engine: engineFor('http://nothing.invalid/')}),
    'no network': () => against(ok(), {sourceAddress: '192.0.2.77'}),
    untrusted: async () => {
      const {url, close} = await startRawServer(answering(ok()), {tls: true});
      return {engine: engineFor(url), close};
    },
    hanging: () => against('', {stallTimeoutMs: 400}),
    forbidden: withStatus('403 Forbidden'),
    'rate-limited': withStatus('429 Too Many Requests', 'Retry-After: 60\r\n'),
    broken: withStatus('500 Internal Server Error'),
    missing: withStatus('404 Not Found'),
    moved: withStatus('301 Moved Permanently', 'Location: https://elsewhere/\r\n'),
    garbage: () => against('SSH-2.0-OpenSSH_9.2\r\n'),
  },
});

/** A reflector behind a relay that speaks TLS. */
const overTls = async (ca: string): Promise<EngineFixture> => {
  const backend = await startReflector({host: '127.0.0.1', port: 0});
  const {url, close} = await startRawServer(
    (client) => {
      const relay = connect({port: backend.port, host: '127.0.0.1'});
      relay.on('error', () => client.destroy());
      relay.on('close', () => client.destroy());
      client.on('close', () => relay.destroy());
      client.pipe(relay).pipe(client);
    },
    {tls: true},
  );
  return {
    engine: engineFor(url, {...withLoss, ca}),
    close: async () => {
      await close();
      await backend.close();
    },
  };
};

describeEngine('librespeed over TLS', {
  working: () => overTls(certificate),
  faults: {untrusted: () => overTls(authorities.other)},
});

/** What a server answers to a request, given as method and path, in place of what it should. */
type Answers = Readonly<Record<string, number | 'hang' | 'once'>>;

/** A test server that answers as it should, except to the requests given. */
const serve = async (answers: Answers): Promise<URL> => {
  const asked = new Set<string>();
  const {url, stop} = await startHttpServer((response, {method, path}) => {
    const [place = ''] = path.split('?');
    const request = `${method} ${place}`;
    const answer = answers[request];
    const isAgain = asked.has(request);
    asked.add(request);
    if (answer === 'hang') return;
    if (answer === 'once' && isAgain) response.destroy();
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else if (place === '/garbage') response.end(Buffer.alloc(1024 * 1024));
    else if (place === '/getIP')
      response.end('{"processedString": "", "rawIspInfo": {"org": "AS1 Provider"}}');
    else response.end();
  });
  onTestFinished(stop);
  return url;
};

describe('what is measured', () => {
  it('names the engine, the server and the provider', async () => {
    const measurement = await engineFor(await serve({}))(silent, never);
    expect(measurement.engine).toEqual({name: 'librespeed', version: '1.2.3'});
    expect(measurement.server).toEqual({host: '127.0.0.1'});
    expect(measurement.isp).toBe('Provider');
    expect(measurement).not.toHaveProperty('packetLossPercent');
  });

  it('has the packet loss where the server is a reflector', async () => {
    const reflector = await startReflector({host: '127.0.0.1', port: 0});
    onTestFinished(() => reflector.close());
    expect((await engineFor(reflector.url, withLoss)(silent, never)).packetLossPercent).toBe(0);
  });

  it('is measured at a reflector that wants a token, which no failure shows', async () => {
    const reflector = await startReflector({
      host: '127.0.0.1',
      port: 0,
      udp: false,
      token: () => '0123456789abcdef',
    });
    onTestFinished(() => reflector.close());
    const {upload} = await engineFor(`${reflector.url}token=0123456789abcdef/`)(silent, never);
    expect(upload?.bytesPerSecond).toBeGreaterThan(0);
    await expect(engineFor(`${reflector.url}token=0123456789abcdeX/`)(silent, never)).rejects.toMatchObject({
      failureClass: 'refused',
      message: `looking for a LibreSpeed server at ${reflector.url}token=<secret>/: refused with status 401`,
    });
  });

  it('has no provider where the server knows none', async () => {
    const url = await serve({'GET /getIP': 404});
    expect(await engineFor(url)(silent, never)).not.toHaveProperty('isp');
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
    each?.some(({address}) => address === '::1'),
  );
  it.runIf(hasIpv6)('is measured over IPv6 too', async () => {
    const reflector = await startReflector({host: '::1', port: 0, udp: false});
    onTestFinished(() => reflector.close());
    const {server, download} = await engineFor(reflector.url)(silent, never);
    expect(server.host).toBe('::1');
    expect(download?.bytesPerSecond).toBeGreaterThan(0);
  });
});

describe('the server', () => {
  it('is asked at the paths given, without looking for others', async () => {
    const url = await serve({'GET /empty': 500});
    const paths = {...plainLayout, ping: 'ping', empty: 'up'};
    const {server} = await engineFor(url, {server: {url: url.href, name: 'mine', paths}})(silent, never);
    expect(server).toEqual({name: 'mine', host: '127.0.0.1'});
  });

  it('is the nearest of a list', async () => {
    const url = await serve({});
    const {url: gone, close} = await startRawServer(() => undefined);
    await close();
    const entry = {
      name: 'here',
      id: 7,
      dlURL: 'garbage',
      ulURL: 'empty',
      pingURL: 'empty',
      getIpURL: 'getIP',
    };
    const list = parseServerList(
      JSON.stringify([
        {...entry, server: gone, name: 'gone'},
        {...entry, server: url},
      ]),
    );
    const connects: string[] = [];
    const engine = engineFor(url, {server: {list}});
    const onProgress = (event: {phase: string; server?: string}): void => {
      if (event.phase === 'connect') connects.push(event.server ?? '');
    };
    expect((await engine({onProgress}, never)).server).toEqual({id: '7', name: 'here', host: '127.0.0.1'});
    expect(connects).toEqual(['here']);
  });

  describe('of a list that fails', () => {
    const listOf = (urls: readonly URL[]) =>
      parseServerList(
        JSON.stringify(
          urls.map((url, index) => ({
            name: `server${index}`,
            server: url,
            dlURL: 'garbage',
            ulURL: 'empty',
            pingURL: 'empty',
            getIpURL: 'getIP',
          })),
        ),
      );
    const run = async (urls: readonly URL[], signal = never) => {
      const failed: string[] = [];
      const engine = engineFor('unused', {server: {list: listOf(urls)}});
      const onServerFailed = (_server: string, {failureClass}: EngineError): void => {
        failed.push(failureClass);
      };
      const outcome = await engine({...silent, onServerFailed}, signal).catch((error: unknown) => error);
      return {failed, outcome};
    };

    it('is followed by the next nearest', async () => {
      const [bad, good] = [await serve({'GET /garbage': 403}), await serve({})];
      // Which of them is nearer is chance: two bad ones fail at most twice.
      const {failed, outcome} = await run([bad, bad, good]);
      expect(outcome).toMatchObject({server: {name: 'server2'}});
      expect(failed.every((failureClass) => failureClass === 'refused')).toBe(true);
    });

    it('is followed by two others at most', async () => {
      const bad = await serve({'GET /garbage': 500});
      const {failed, outcome} = await run([bad, bad, bad, bad]);
      expect(outcome).toMatchObject({failureClass: 'no-server'});
      expect(failed).toEqual(['no-server', 'no-server']);
    });

    it('by rate limiting is not followed by another', async () => {
      const bad = await serve({'GET /garbage': 429});
      const {failed, outcome} = await run([bad, bad]);
      expect(outcome).toMatchObject({failureClass: 'rate-limited'});
      expect(failed).toEqual([]);
    });
  });

  it.each(['host', 'ftp://host/', 'http://user:pass@host/'])('can not be %s', (url) => {
    expect(() => engineFor(url)).toThrow(
      'librespeed server: expected an http:// or https:// address without user, query and fragment',
    );
  });
});

describe('a server that fails in one direction', () => {
  it.each([
    ['GET /garbage', 'download from', 403, 'refused', 'refused with status 403'],
    ['GET /garbage', 'download from', 429, 'rate-limited', 'rate limited (429)'],
    ['POST /empty', 'upload to', 500, 'no-server', 'answered with status 500'],
    ['POST /empty', 'upload to', 413, 'no-server', 'answered with status 413'],
  ])('at %s is named as %s it, with %i', async (request, direction, status, failureClass, words) => {
    const url = await serve({[request]: status});
    await expect(engineFor(url)(silent, never)).rejects.toMatchObject({
      failureClass,
      message: `${direction} ${url.host}: ${words}`,
    });
  });

  it.each([
    ['GET /garbage', 'download from'],
    ['POST /empty', 'upload to'],
  ])('by going away after the first %s ends the %s it', async (request, direction) => {
    const url = await serve({[request]: 'once'});
    const settings = {maxBytes: 10_000_000, stallTimeoutMs: 60_000};
    await expect(engineFor(url, settings)(silent, never)).rejects.toMatchObject({
      failureClass: 'connection',
      message: `${direction} ${url.host}: connection closed by the server in the middle`,
    });
  });

  it.each([
    ['GET /garbage', 'download from'],
    ['POST /empty', 'upload to'],
  ])('by hanging at %s times out as %s it', async (request, direction) => {
    const url = await serve({[request]: 'hang'});
    await expect(engineFor(url, {stallTimeoutMs: 1000})(silent, never)).rejects.toMatchObject({
      failureClass: 'timeout',
      message: `${direction} ${url.host}: no bytes for 1 s`,
    });
  });
});

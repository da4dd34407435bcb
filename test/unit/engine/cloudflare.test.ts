import {describe, expect, it, onTestFinished} from 'vitest';
import {type CloudflareSettings, cloudflareEngine} from '../../../src/engine/cloudflare.ts';
import {describeEngine, type EngineFixture} from '../../contract/engine.ts';
import {type CloudflareBehaviour, startCloudflare} from '../../fixtures/cloudflare.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';
import {answering, ok, startRawServer} from './native/raw-server.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};
/** Bytes end a transfer, and not the time that a busy machine takes for them. */
const brief = {version: '1.2.3', durationMs: 20_000, maxBytes: 1_000_000, connections: 2, pingCount: 3};
const unbounded = {durationMs: 60_000, maxBytes: Number.POSITIVE_INFINITY};

const engineFor = (url: URL, settings: Partial<CloudflareSettings> = {}) =>
  cloudflareEngine({...brief, url: url.href, ...settings});

const start = async (behaviour: CloudflareBehaviour = {}) => {
  const service = await startCloudflare(behaviour);
  onTestFinished(service.stop);
  return service;
};

/** Against a server that answers every request alike. */
const against = async (
  answer: string,
  settings: Partial<CloudflareSettings> = {},
): Promise<EngineFixture> => {
  const {url, close} = await startRawServer(answering(answer));
  return {engine: engineFor(url, settings), close};
};

const withStatus = (status: string, headers = ''): (() => Promise<EngineFixture>) => {
  return () => against(`HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\n\r\n`);
};

const faults = {
  gone: async ({moving}: {readonly moving: Promise<void>}) => {
    const {url, stop} = await startCloudflare();
    const stopped = moving.then(stop);
    return {engine: engineFor(url, unbounded), close: () => stopped};
  },
  unreachable: async () => {
    const {url, close} = await startRawServer(() => undefined);
    await close();
    return {engine: engineFor(url)};
  },
  unknown: async () => ({engine: engineFor(new URL('http://nothing.invalid/'))}),
  'no network': () => against(ok(), {sourceAddress: '192.0.2.77'}),
  untrusted: async () => {
    const {url, close} = await startRawServer(answering(ok()), {tls: true});
    return {engine: engineFor(url), close};
  },
  hanging: () => against('', {stallTimeoutMs: 200}),
  forbidden: withStatus('403 Forbidden'),
  'rate-limited': withStatus('429 Too Many Requests', 'Retry-After: 900\r\n'),
  broken: withStatus('500 Internal Server Error'),
  missing: withStatus('404 Not Found'),
  moved: withStatus('301 Moved Permanently', 'Location: https://elsewhere/\r\n'),
  garbage: () => against('SSH-2.0-OpenSSH_9.2\r\n'),
};

const phases = ['connect', 'ping', 'download', 'upload'] as const;

describeEngine('cloudflare', {
  phases,
  working: async () => {
    const {url, stop} = await startCloudflare();
    return {engine: engineFor(url), close: stop};
  },
  faults,
});

describeEngine('cloudflare over TLS', {
  phases,
  working: async () => {
    const {url, stop} = await startCloudflare({}, certificates.server);
    return {engine: engineFor(url, {ca: authorities.ours}), close: stop};
  },
  faults: {
    untrusted: async () => {
      const {url, stop} = await startCloudflare({}, certificates.server);
      return {engine: engineFor(url, {ca: authorities.other}), close: stop};
    },
  },
});

describe('what is measured', () => {
  it('names the engine and the data centre, and not what it was not told', async () => {
    const {url} = await start();
    const {engine, server, ping, download, upload, ...others} = await engineFor(url)(silent, never);
    expect(engine).toEqual({name: 'cloudflare', version: '1.2.3'});
    expect(server).toEqual({id: 'FRA', name: 'Cloudflare FRA', country: 'DE', host: '127.0.0.1'});
    expect(others).toEqual({});
    // In so short a time no probe may come through.
    for (const transfer of [download, upload])
      expect(transfer?.responsivenessRpm === undefined).toBe(transfer?.latency === undefined);
  });

  it('names the provider where it is told', async () => {
    const {url} = await start({provider: 'Example Net'});
    expect((await engineFor(url)(silent, never)).isp).toBe('Example Net');
  });

  it('goes without names where nobody tells them', async () => {
    const {url} = await start({named: false});
    const {server, isp} = await engineFor(url)(silent, never);
    expect(server).toEqual({name: 'Cloudflare', host: '127.0.0.1'});
    expect(isp).toBeUndefined();
  });

  it("asks for nothing but the service's own paths, and no size that it refuses", async () => {
    const {url, answered} = await start();
    await engineFor(url)(silent, never);
    const refused = answered.filter(([, status]) => status !== 200);
    expect(refused).toEqual([['GET /meta', 403]]);
  });
});

describe('a limit of the service', () => {
  it('on the size of downloads is kept to by asking for less', async () => {
    const {url, answered} = await start({refusedFromBytes: 10_000_001});
    const {download} = await engineFor(url, {connections: 1})(silent, never);
    expect(download?.bytesPerSecond).toBeGreaterThan(0);
    const sizes = answered.filter(([request]) => /^GET \/__down\?bytes=[1-9]/.test(request));
    expect(sizes.slice(0, 3)).toEqual([
      ['GET /__down?bytes=90000000', 403],
      ['GET /__down?bytes=25000000', 403],
      ['GET /__down?bytes=10000000', 200],
    ]);
    expect(new Set(sizes.slice(3).map(([request]) => request)).size).toBeLessThanOrEqual(1);
  });

  it('that lets no download through fails the test', async () => {
    const {url} = await start({refusedFromBytes: 1});
    await expect(engineFor(url)(silent, never)).rejects.toMatchObject({
      failureClass: 'refused',
      message: `download from ${url.host}: refused with status 403`,
    });
  });

  it.each([2, 150])('on requests, %i of them, ends the test at once', async (requests) => {
    const {url, answered} = await start({requests, refusedFromBytes: 1_000_001});
    // The pings before the first that counts are as many as fit into a time.
    const message = new RegExp(
      `^(ping of|download from|upload to) ${url.host}: rate limited \\(429, retry after 900\\)$`,
    );
    await expect(engineFor(url, {...unbounded, connections: 1})(silent, never)).rejects.toMatchObject({
      failureClass: 'rate-limited',
      message: expect.stringMatching(message),
    });
    // The probe beside the download may have been told the same.
    expect(answered.filter(([, status]) => status === 429).length).toBeLessThanOrEqual(2);
  });
});

it.each(['host', 'ftp://host/', 'http://user:pass@host/'])('can not be at %s', (url) => {
  expect(() => cloudflareEngine({...brief, url})).toThrow(
    'cloudflare url: expected an http:// or https:// address without user, query and fragment',
  );
});

import {expect, it, onTestFinished} from 'vitest';
import {ageLimitText} from '../../../src/receiver/age-limit.ts';
import {askAgeLimit} from '../../../src/receiver/ask-age-limit.ts';
import {Secret} from '../../../src/secret.ts';
import {startReceiver} from '../../peers/receiver.ts';

const nowMs = Date.parse('2026-06-01T00:00:00Z');
const [hourMs, dayMs] = [3_600_000, 86_400_000];

type Pages = Readonly<Record<string, string>>;

/** Asks a server that has these pages, by their paths, at the address of remote write. Gives the answer and what was asked. */
const ask = async (path: string, pages: Pages) => {
  const server = await startReceiver({
    kind: 'judge',
    judge: ({path: asked}) => {
      const body = pages[asked];
      return body === undefined ? {status: 404, body: 'no such page'} : {status: 200, body};
    },
  });
  onTestFinished(() => server.stop());
  const url = new URL(`${server.url}${path}`);
  url.username = 'user';
  const headers = {'X-Scope-OrgID': Secret.of('home')};
  const limit = await askAgeLimit(
    {url, headers, timeoutMs: 5000},
    '0.0.0',
    nowMs,
    new AbortController().signal,
  );
  return {limit, requests: server.requests};
};

const prometheus = (yaml: string, maxTime: number, storageRetention: string, base = ''): Pages => ({
  [`${base}/api/v1/status/config`]: JSON.stringify({status: 'success', data: {yaml}}),
  [`${base}/api/v1/status/tsdb`]: JSON.stringify({status: 'success', data: {headStats: {maxTime}}}),
  [`${base}/api/v1/status/runtimeinfo`]: JSON.stringify({status: 'success', data: {storageRetention}}),
});
const windowOf = (window: string): string => `storage:\n  tsdb:\n    out_of_order_time_window: ${window}\n`;

it.each<[string, string, Pages, number, RegExp]>([
  [
    'a Prometheus with a window',
    '/api/v1/write',
    prometheus(windowOf('30d'), nowMs - dayMs, '1y'),
    nowMs - 31 * dayMs,
    /^Prometheus takes samples up to 30d older than its newest .*; it keeps them for 365d/,
  ],
  [
    'one below a path, whose retention is shorter',
    '/prometheus/api/v1/write',
    prometheus(windowOf('30d'), nowMs, '15d or 10GiB', '/prometheus'),
    nowMs - 15 * dayMs,
    /it keeps them for 15d/,
  ],
  [
    'one below a path that looks like a host',
    '//127.0.0.1:9/api/v1/write',
    prometheus(windowOf('30d'), nowMs, '15d', '//127.0.0.1:9'),
    nowMs - 15 * dayMs,
    /it keeps them for 15d/,
  ],
  [
    'one without a window',
    '/api/v1/write',
    prometheus('global: {}\n', nowMs, '15d'),
    nowMs - hourMs,
    /has no out_of_order_time_window: it takes samples up to 1h older/,
  ],
  [
    'an empty one',
    '/api/v1/write',
    prometheus('global: {}\n', -(2 ** 63), ''),
    Number.NEGATIVE_INFINITY,
    /has no out_of_order_time_window/,
  ],
  [
    'a VictoriaMetrics',
    '/api/v1/write',
    {
      ...prometheus('', 0, ''),
      '/flags': '-httpListenAddr=":8428"\n-retentionPeriod="100d"\n',
    },
    nowMs - 100 * dayMs,
    /^VictoriaMetrics takes samples up to 100d old/,
  ],
  [
    'one with its default of a month',
    '/prometheus/api/v1/write',
    {'/flags': '-storageDataPath="/data"\n'},
    nowMs - 31 * dayMs,
    /up to 31d old/,
  ],
  [
    'a Mimir with a limit for the tenant',
    '/api/v1/push',
    {
      '/config?mode=diff': 'limits:\n  out_of_order_time_window: 1d\n',
      '/runtime_config?mode=diff': 'overrides:\n  other: null\n  home:\n    out_of_order_time_window: 14d\n',
    },
    nowMs - 14 * dayMs,
    /^Mimir takes samples up to 14d older/,
  ],
  [
    'a Mimir with one for all',
    '/api/v1/push',
    {'/config?mode=diff': 'limits:\n  out_of_order_time_window: 1h30m\n'},
    nowMs - 1.5 * hourMs,
    /^Mimir takes samples up to 1h30m older/,
  ],
  [
    'a Mimir without',
    '/api/v1/push',
    {'/config?mode=diff': 'target: all\n'},
    nowMs - hourMs,
    /^Mimir has no out_of_order_time_window/,
  ],
])('%s tells it', async (_, path, pages, oldestMs, words) => {
  const {limit, requests} = await ask(path, pages);
  expect(limit).toMatchObject({kind: 'known', oldestMs});
  expect(ageLimitText(limit)).toMatch(words);
  for (const {method, headers} of requests) {
    expect(method).toBe('GET');
    expect(headers['x-scope-orgid']).toBe('home');
    expect(headers['authorization']).toBe(`Basic ${Buffer.from('user:').toString('base64')}`);
  }
});

it.each<[string, string, Pages, RegExp]>([
  ['Thanos', '/api/v1/receive', {}, /can't be known: Thanos does not tell it/],
  ['another', '/insert', {}, /can't be known: \/insert is the path of no product known here/],
  [
    'one that shows nothing',
    '/api/v1/write',
    {},
    /can't be known: \/api\/v1\/status\/config: HTTP 404 Not Found: no such/,
  ],
  ['a vmagent', '/api/v1/write', {'/flags': '-remoteWrite.url="secret"\n'}, /can't be known: .*HTTP 404/],
  ['a page for browsers', '/api/v1/write', {'/flags': '<html>\n'}, /can't be known: .*HTTP 404/],
  ['a gateway before Mimir', '/api/v1/push', {}, /can't be known: \/config\?mode=diff: HTTP 404/],
  ['a page in place of Mimir', '/api/v1/push', {'/config?mode=diff': '<html>'}, /is not that of a Mimir/],
])('%s leaves it unknown', async (_, path, pages, words) => {
  const {limit} = await ask(path, pages);
  expect(limit.kind).toBe('unknown');
  expect(ageLimitText(limit)).toMatch(words);
});

it('a receiver that is away leaves it unknown', async () => {
  const http = {url: new URL('http://127.0.0.1:9/api/v1/write'), headers: {}, timeoutMs: 5000};
  const limit = await askAgeLimit(http, '0.0.0', nowMs, new AbortController().signal);
  expect(ageLimitText(limit)).toMatch(/can't be known: connection refused by 127\.0\.0\.1:9$/);
});

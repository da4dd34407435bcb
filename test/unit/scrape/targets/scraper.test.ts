import {gzipSync} from 'node:zlib';
import {expect, it, onTestFinished} from 'vitest';
import {anyText} from '../../../../src/relabel/regex.ts';
import type {ScrapeJob} from '../../../../src/scrape/job.ts';
import {createScraper, type Scrape, type Scraper} from '../../../../src/scrape/targets/scraper.ts';
import {findTargets} from '../../../../src/scrape/targets/target.ts';
import {type HttpServer, type Respond, startHttpServer} from '../../../contract/http-server.ts';
import {jobWith, noLimits, readBlock} from './jobs.ts';

const text = {'content-type': 'text/plain; version=0.0.4'};
const never = new AbortController().signal;

const page =
  (body: string | Buffer, headers: Readonly<Record<string, string>> = text): Respond =>
  (response) =>
    response.writeHead(200, headers).end(body);

const scraperOf = async (
  respond: Respond,
  given: Partial<ScrapeJob> = {},
): Promise<{readonly scraper: Scraper; readonly server: HttpServer}> => {
  const server = await startHttpServer(respond);
  onTestFinished(server.stop);
  const groups = [{targets: [server.url.host], labels: {instance: 'i'}}];
  const [target] = findTargets(jobWith({groups, ...given})).targets;
  if (target === undefined) expect.fail('no target');
  const scraper = createScraper(target, {exemplars: true, version: '1.2.3'});
  onTestFinished(scraper.close);
  return {scraper, server};
};

const own = 'instance="i",job="node"';
const contentsOf = ({blocks}: Pick<Scrape, 'blocks'>) =>
  blocks.map(({timeMs, ...block}) => [
    timeMs,
    Object.fromEntries(
      Object.entries(readBlock({timeMs, ...block}))
        .filter(([name]) => !name.startsWith('scrape_duration_seconds'))
        .map(([name, value]) => [name.replace(own, ''), value]),
    ),
  ]);
const report = (up: number, scraped: number, relabelled: number, added: number) => ({
  'up{}': up,
  'scrape_samples_scraped{}': scraped,
  'scrape_samples_post_metric_relabeling{}': relabelled,
  'scrape_series_added{}': added,
});

it('asks as Prometheus does', async () => {
  const {scraper, server} = await scraperOf(page('a 1\n'), {params: {a: ['b']}});
  await scraper.scrape(1, never);
  expect(server.requests).toMatchObject([
    {
      method: 'GET',
      path: '/metrics?a=b',
      headers: {
        accept: expect.stringContaining('openmetrics'),
        'accept-encoding': 'gzip',
        'user-agent': 'speedtest-bridge/1.2.3',
        'x-prometheus-scrape-timeout-seconds': '10',
      },
    },
  ]);
});

it('gives samples, ends of series, and a report of itself', async () => {
  const pages = ['a 1\nb 2\nb 3\n', 'b 4\nc 5\n', 'b 6\nc 7\n'];
  const {scraper} = await scraperOf((response) => page(pages.shift() ?? 'a')(response, expect.anything()));
  const [first, second, third, fourth, fifth] = [
    await scraper.scrape(1000, never),
    await scraper.scrape(2000, never),
    await scraper.scrape(3000, never),
    await scraper.scrape(4000, never),
    await scraper.scrape(5000, never),
  ];
  expect(contentsOf(first)).toEqual([
    [1000, {'a{}': 1, 'b{}': 2}],
    [1000, report(1, 3, 3, 2)],
  ]);
  expect(contentsOf(second)).toEqual([
    [2000, {'b{}': 4, 'c{}': 5}],
    [2000, {'a{}': 'stale'}],
    [2000, report(1, 2, 2, 1)],
  ]);
  expect(contentsOf(third)).toEqual([
    [3000, {'b{}': 6, 'c{}': 7}],
    [3000, report(1, 2, 2, 0)],
  ]);
  expect(third.blocks[0]?.layout).toBe(second.blocks[0]?.layout);
  expect(fourth.cause).toBe('line 1: expected a value behind the series');
  expect(contentsOf(fourth)).toEqual([
    [4000, {'b{}': 'stale', 'c{}': 'stale'}],
    [4000, report(0, 0, 0, 0)],
  ]);
  expect(contentsOf(fifth)).toEqual([[5000, report(0, 0, 0, 0)]]);
  const ends = contentsOf({blocks: scraper.end(6000)});
  expect(ends).toMatchObject([[6000, {'up{}': 'stale', 'scrape_series_added{}': 'stale'}]]);
  expect(scraper.end(7000)).toEqual([]);
});

it('does not end series that come with times of their own, unless asked to', async () => {
  for (const [trackTimestampsStaleness, ended] of [
    [false, [{'b{}': 'stale'}]],
    [true, [{'a{}': 'stale', 'b{}': 'stale'}]],
  ] as const) {
    const pages = ['a 1 500\nb 2\n'];
    const {scraper} = await scraperOf((response) => page(pages.shift() ?? '')(response, expect.anything()), {
      trackTimestampsStaleness,
    });
    const first = await scraper.scrape(1000, never);
    expect([...(first.blocks[0]?.timestampsMs ?? [])]).toEqual([500, Number.NaN]);
    const second = contentsOf(await scraper.scrape(2000, never));
    expect(second.slice(0, -1).map(([, samples]) => samples)).toEqual(ended);
  }
});

it('leaves out and counts the samples of a scrape while the clock is behind the one before it, and sends ends later', async () => {
  const pages = ['a 1\nb 1 500\n', 'a 2\nb 2 600\nc 2\n', 'c 3\n', undefined, 'c 5\n'];
  const {scraper} = await scraperOf((response) => page(pages.shift() ?? 'a')(response, expect.anything()));
  const scrapes: Scrape[] = [];
  for (const timeMs of [10_000, 1000, 2000, 3000, 10_001]) scrapes.push(await scraper.scrape(timeMs, never));
  // The report is of five series. What has a time of its own is none of the clock's business.
  expect(scrapes.map(({leftOut}) => leftOut)).toEqual([0, 2 + 5, 1 + 5, 5, 0]);
  expect(scrapes.map(contentsOf)).toEqual([
    [
      [10_000, {'a{}': 1, 'b{}': 1}],
      [10_000, report(1, 2, 2, 2)],
    ],
    [[1000, {'b{}': 2}]],
    [],
    [],
    [
      [10_001, {'c{}': 5}],
      [10_001, {'a{}': 'stale'}],
      [10_001, report(1, 1, 1, 0)],
    ],
  ]);
  expect(contentsOf({blocks: scrapes[2]?.all ?? []})).toEqual([
    [2000, {'c{}': 3}],
    [2000, report(1, 1, 1, 0)],
  ]);
  expect(scrapes[3]).toMatchObject({cause: expect.any(String), all: {length: 1}});
});

it('reads OpenMetrics by gzip, with exemplars', async () => {
  const body = gzipSync('# TYPE a counter\na_total 1 # {id="x"} 2\n# EOF\n');
  const headers = {'content-type': 'application/openmetrics-text; version=1.0.0', 'content-encoding': 'gzip'};
  const {scraper} = await scraperOf(page(body, headers));
  const {blocks} = await scraper.scrape(1, never);
  expect(blocks[0]?.exemplars).toEqual([{index: 0, labels: [['id', 'x']], value: 2}]);
});

const html = {'content-type': 'text/html'};
it.each<[string, Respond, Partial<ScrapeJob>, string | RegExp]>([
  [
    'an answer that is no success',
    (response) => response.writeHead(503).end('busy'),
    {},
    'HTTP 503 Service Unavailable: busy',
  ],
  ['another success', (response) => response.writeHead(204).end(), {}, 'HTTP 204 No Content'],
  [
    'a page of another kind',
    page('a 1\n', html),
    {},
    /Content-Type "text\/html", and the job no fallback_scrape_protocol/,
  ],
  [
    'too many samples',
    page('a 1\nb 2\n'),
    {limits: {...noLimits, samples: 1}},
    'the page has 2 samples, and sample_limit is 1',
  ],
  ['too long a page', page('a 1\nb 2\n'), {limits: {...noLimits, bodyBytes: 7}}, /has more than 7 bytes/],
  [
    'too long a page by gzip',
    page(gzipSync('#'.repeat(10_000)), {...text, 'content-encoding': 'gzip'}),
    {limits: {...noLimits, bodyBytes: 9999}},
    /has more than 9999 bytes/,
  ],
  ['what is not gzip', page('a 1\n', {...text, 'content-encoding': 'gzip'}), {}, /incorrect header check/],
  [
    'another compression',
    page('a 1\n', {...text, 'content-encoding': 'br'}),
    {},
    /compressed by br, not gzip/,
  ],
  ['no answer in time', () => undefined, {timeoutMs: 100}, /no answer from .* within 0.1 s/],
])('%s makes it a failed one', async (_, respond, given, cause) => {
  const {scraper} = await scraperOf(respond, given);
  const scrape = await scraper.scrape(1000, never);
  expect(scrape.cause).toMatch(cause);
  expect(scrape.report.isUp).toBe(false);
  expect(scrape.blocks).toHaveLength(1);
});

it('an error of this program makes it a failed one, too', async () => {
  const error = new RangeError('out\nof stack');
  const test = (): never => {
    throw error;
  };
  const drop = {
    action: 'drop',
    sourceLabels: [],
    separator: ';',
    regex: {...anyText, test},
    unusedKeys: [],
  } as const;
  const {scraper} = await scraperOf(page('a 1\n'), {metricRelabelRules: [drop]});
  const scrape = await scraper.scrape(1000, never);
  expect(scrape).toMatchObject({cause: 'an error of this program, RangeError: out of stack', error});
  expect(contentsOf(scrape)).toEqual([[1000, report(0, 0, 0, 0)]]);
});

it('takes a page of another kind by fallback_scrape_protocol, and follows redirects', async () => {
  const respond: Respond = (response, request) =>
    request.path === '/metrics'
      ? response.writeHead(302, {location: '/there'}).end()
      : page('a 1\n', html)(response, request);
  const {scraper} = await scraperOf(respond, {fallbackProtocol: 'PrometheusText0.0.4'});
  expect((await scraper.scrape(1, never)).cause).toBeUndefined();
});

it('ends with the reason of its signal', async () => {
  const {scraper} = await scraperOf(() => undefined);
  const ending = new AbortController();
  const scrape = scraper.scrape(1, ending.signal);
  ending.abort(new Error('stop'));
  await expect(scrape).rejects.toThrow('stop');
});

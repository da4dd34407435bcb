import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {type HttpServer, startHttpServer} from '../contract/http-server.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startNodeExporter} from '../peers/node-exporter.ts';
import {type Prometheus, startPrometheus} from '../peers/prometheus.ts';
import {startPushgateway} from '../peers/pushgateway.ts';
import type {Series} from '../peers/query-api.ts';
import {runCommand, startBridge} from './bridge.ts';

const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4';

/** Serves a page of a real exporter as it was at one time, so that all who scrape it see the same values. */
const serveOnePageOf = async (url: string): Promise<HttpServer> => {
  const page = await fetch(`${url}/metrics`, {headers: {accept}});
  const headers = {'content-type': page.headers.get('content-type') ?? ''};
  const body = await page.text();
  const server = await startHttpServer((response) => response.writeHead(200, headers).end(body));
  onTestFinished(server.stop);
  return server;
};

/** A page with what the exporters do not have. */
const openMetricsPage = `# HELP rpc Calls "of" all\\nkinds
# TYPE rpc counter
# UNIT other_seconds seconds
# TYPE rpc counter
rpc_total{path="\\"a\\\\b\\n\\"",job="theirs"} 17 # {trace_id="x"} 1
rpc_created{path="\\"a\\\\b\\n\\"",job="theirs"} 1520872607.123
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{le="1"} 1
latency_seconds_bucket{le="1e6"} 1.5
latency_seconds_bucket{le="+Inf"} 2
latency_seconds_sum 1e-7
latency_seconds_count 2
# TYPE summary summary
summary{quantile="0.50"} NaN
summary{quantile="1"} -Inf
# TYPE state stateset
state{state="on"} 1
# TYPE build info
build_info{version="1.2.3"} 1
{"dotted.name","label.name"="ä"} 9007199254740993
# EOF
`;

/** Pages that Prometheus takes or refuses, in either format. */
const oddPages = [
  '',
  'a 1',
  'a 1\n# EOF',
  'a 1\n# EOF\n',
  'a 1\n# EOF\n\n',
  'a 1\r\n# EOF\n',
  'a\t{ x = "y" z="1" , }  +1e5 \n# EOF\n',
  'a{x="y",} .5\nb{} 5.\nc{x="y"} 0x1\n# EOF\n',
  'a{x="\\"\\\\\\n\\t"} nan\n# EOF\n',
  'a{x="line\nfeed"} 1\n# EOF\n',
  'a{x="1",x="2"} 1\n# EOF\n',
  'a{__name__="b"} 1\n# EOF\n',
  'a{"b"="\0","c.d"="2"} 1\n# EOF\n',
  '{"a","b"} 1\n# EOF\n',
  '{b="c"} 1\n# EOF\n',
  '{b="c","a"} 1\n# EOF\n',
  'a 1e400\n# EOF\n',
  'a 4.9e-325\n# EOF\n',
  'a 1_0\n# EOF\n',
  'a 1 # {t="1"} 1\n# EOF\n',
  'a 1\na 2\n{"a"} 3\na{x=""} 4\n# EOF\n',
  '# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="10e6"} 1\nb{le="2"} 1\n# EOF\n',
  '# TYPE a summary\na{quantile="0.50",le="1"} 1\n# EOF\n',
  '# TYPE a untyped\na 1\n# EOF\n',
  '# TYPE a gauge \na 1\n# EOF\n',
  '# TYPE a\na 1\n# EOF\n',
  '# HELP a\na 1\n# EOF\n',
  '# a comment\n#\n\na 1\n# EOF\n',
  '# UNIT a seconds\na 1\n# EOF\n',
  '# TYPE "a.b" gauge\n{"a.b"} 1\n# EOF\n',
];

const startPushed = async () => {
  const pushgateway = await startPushgateway();
  onTestFinished(pushgateway.stop);
  const body = '# TYPE pushed gauge\npushed{a="b"} 1.5\n';
  const pushed = await fetch(`${pushgateway.url}/metrics/job/theirs/zone/test`, {method: 'PUT', body});
  expect(pushed.status).toBe(200);
  return pushgateway;
};

/** Not what differs by chance, and not how far the reading of a page came that is refused. */
const isCompared = ({__name__: name = '', job}: Series['labels']): boolean =>
  name !== 'scrape_duration_seconds' && (job !== 'odd' || !name.startsWith('scrape_'));

const by = (series: readonly Series[]) =>
  Object.fromEntries(
    series
      .filter(({labels}) => isCompared(labels))
      .map(({labels: {via: _, ...labels}, samples}) => [
        JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        samples[0]?.[1],
      ]),
  );

/** What each has of all targets now: Prometheus' own scrapes, and the bridge's by each version of remote write. */
const readAll = async (prometheus: Prometheus) => {
  const read = async (via: string) => by(await prometheus.query(`{zone="test",via="${via}"}`));
  return {own: await read(''), first: await read('1.0'), second: await read('2.0')};
};

test('what is scraped and forwarded is what Prometheus has of the same targets, to the end', async () => {
  const exporter = await startNodeExporter();
  onTestFinished(exporter.stop);
  const openMetrics = await startHttpServer((response) =>
    response
      .writeHead(200, {'content-type': 'application/openmetrics-text; version=1.0.0'})
      .end(openMetricsPage),
  );
  onTestFinished(openMetrics.stop);
  const oddServer = await startHttpServer((response, {path}) => {
    const [, number, format] = path.split('/');
    response.writeHead(200, {
      'content-type': format === 'om' ? 'application/openmetrics-text' : 'text/plain',
    });
    response.end(oddPages[Number.parseInt(number ?? '', 10)]);
  });
  onTestFinished(oddServer.stop);
  const servers = {
    node: await serveOnePageOf(exporter.url),
    pushgateway: await serveOnePageOf((await startPushed()).url),
    openmetrics: openMetrics,
  };
  const oddTargets = [...oddPages.keys()].flatMap((number) =>
    ['text', 'om'].map((format) => ({
      targets: [oddServer.url.host],
      labels: {zone: 'test', instance: `${number} ${format}`, __metrics_path__: `/${number}/${format}`},
    })),
  );
  const realConfigs = Object.entries(servers).map(([name, {url}]) => ({
    job_name: name,
    honor_labels: name === 'pushgateway',
    static_configs: [{targets: [url.host], labels: {zone: 'test'}}],
    metric_relabel_configs: [{source_labels: ['__name__'], regex: 'go_memstats_.*', action: 'drop'}],
  }));
  const scrapeConfigs = [...realConfigs, {job_name: 'odd', static_configs: oddTargets}];
  const prometheus = await startPrometheus({scrapeConfigs});
  onTestFinished(prometheus.stop);
  const destination = (version: string, message: string) => ({
    name: version,
    url: `${prometheus.url}/api/v1/write`,
    protobuf_message: message,
    write_relabel_configs: [{target_label: 'via', replacement: version}],
  });
  await startBridge(temporaryFolder(), {
    jobs: [],
    global: {scrape_interval: '1s'},
    scrape_configs: scrapeConfigs,
    remote_write: [
      destination('1.0', 'prometheus.WriteRequest'),
      destination('2.0', 'io.prometheus.write.v2.Request'),
    ],
  });

  await vi.waitFor(
    async () => {
      const {own, first, second} = await readAll(prometheus);
      expect(Object.keys(own).length).toBeGreaterThan(500);
      expect(first).toEqual(own);
      expect(second).toEqual(own);
    },
    {timeout: 30_000, interval: 300},
  );

  await Promise.all([...Object.values(servers), oddServer].map(({stop}) => stop()));
  await vi.waitFor(
    async () => {
      const {own, first, second} = await readAll(prometheus);
      // What is left is what scrapes say of themselves.
      expect(Object.keys(own)).toHaveLength(4 * 3 + 2 * oddPages.length);
      expect(first).toEqual(own);
      expect(second).toEqual(own);
    },
    {timeout: 30_000, interval: 300},
  );
});

test('check scrapes each target once, and tells how that went', async () => {
  const server = await startHttpServer((response, {path}) =>
    path.startsWith('/metrics')
      ? response.writeHead(200, {'content-type': 'text/plain'}).end('a 1\nb 2\n')
      : response.writeHead(404).end('no such page'),
  );
  onTestFinished(server.stop);
  const {host} = server.url;
  const cwd = temporaryFolder();
  const configuration = {
    jobs: [],
    web: {listen: '127.0.0.1:0'},
    scrape_configs: [
      {
        job_name: 'good',
        params: {token: ['secret']},
        static_configs: [{targets: [host, 'a/b']}],
        metric_relabel_configs: [{source_labels: ['__name__'], regex: 'a', action: 'drop'}],
      },
      {job_name: 'bad', metrics_path: '/other', static_configs: [{targets: [host]}]},
    ],
  };
  writeFileSync(join(cwd, 'bridge.yaml'), JSON.stringify(configuration));
  const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
  expect(code).toBe(1);
  expect(stdout.split('\n').filter((line) => line.includes('scrape job'))).toEqual([
    'FAILED  scrape job good: target "a/b" is left out: "a/b" is not a valid host and port',
    `ok      scrape job good, http://${host}/metrics: 2 samples, of which 1 are forwarded`,
    `FAILED  scrape job bad, http://${host}/other: HTTP 404 Not Found: no such page`,
  ]);
  expect(server.requests.map(({path}) => path)).toEqual(['/metrics?token=secret', '/other']);
});

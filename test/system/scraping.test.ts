import {expect, onTestFinished, test, vi} from 'vitest';
import {type HttpServer, startHttpServer} from '../contract/http-server.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startNodeExporter} from '../peers/node-exporter.ts';
import {type Prometheus, type Series, startPrometheus} from '../peers/prometheus.ts';
import {startPushgateway} from '../peers/pushgateway.ts';
import {startBridge} from './bridge.ts';

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

const startPushed = async () => {
  const pushgateway = await startPushgateway();
  onTestFinished(pushgateway.stop);
  const body = '# TYPE pushed gauge\npushed{a="b"} 1.5\n';
  const pushed = await fetch(`${pushgateway.url}/metrics/job/theirs/zone/x`, {method: 'PUT', body});
  expect(pushed.status).toBe(200);
  return pushgateway;
};

const by = (series: readonly Series[]) =>
  Object.fromEntries(
    series
      .filter(({labels}) => labels['__name__'] !== 'scrape_duration_seconds')
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
  const servers = {
    node: await serveOnePageOf(exporter.url),
    pushgateway: await serveOnePageOf((await startPushed()).url),
    openmetrics: openMetrics,
  };
  const scrapeConfigs = Object.entries(servers).map(([name, {url}]) => ({
    job_name: name,
    honor_labels: name === 'pushgateway',
    static_configs: [{targets: [url.host], labels: {zone: 'test'}}],
    metric_relabel_configs: [{source_labels: ['__name__'], regex: 'go_memstats_.*', action: 'drop'}],
  }));
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

  await Promise.all(Object.values(servers).map(({stop}) => stop()));
  await vi.waitFor(
    async () => {
      const {own, first, second} = await readAll(prometheus);
      // What is left is what scrapes say of themselves.
      expect(Object.keys(own)).toHaveLength(12);
      expect(first).toEqual(own);
      expect(second).toEqual(own);
    },
    {timeout: 10_000, interval: 300},
  );
});

import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it, onTestFinished, vi} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {exampleUrl, placeExample, readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {freePort} from '../../peers/port.ts';
import {startPrometheus} from '../../peers/prometheus.ts';
import {provide} from '../../peers/provide.ts';
import {startPushgateway} from '../../peers/pushgateway.ts';
import {startServer} from '../../peers/server.ts';
import {exportSeries} from '../../peers/victoria-metrics.ts';
import {runCommand, startCommand} from '../bridge.ts';

const quick = ['--engines-embedded-duration', '300ms', '--storage-path', 'journal.db'];

/** Makes one test of this machine and delivers it by a configuration; ends well when it was taken. */
const testAndPush = async (file: string, cwd: string): Promise<void> => {
  const args = ['test', '--push', '--engine', 'embedded', '--config', file, ...quick];
  const {code, stderr} = await runCommand(args, {cwd});
  expect({code, stderr}).toMatchObject({code: 0, stderr: expect.stringMatching(/: delivered$/m)});
};

const prometheusConfig = z.object({
  storage: z.object({tsdb: z.object({out_of_order_time_window: z.string()})}).optional(),
  scrape_configs: z.array(z.unknown()),
});

/** A Prometheus with an example's jobs, whose target alone is another, and which it scrapes every second. */
const startPrometheusOf = async (path: string, target: string, own: string) => {
  const config = prometheusConfig.parse(parse(readExample(path).replaceAll(own, target)));
  const window = config.storage?.tsdb.out_of_order_time_window;
  const prometheus = await startPrometheus({
    scrapeConfigs: config.scrape_configs,
    ...(window !== undefined && {outOfOrderWindow: window}),
  });
  onTestFinished(() => prometheus.stop());
  return prometheus;
};

it.each(['prometheus/prometheus.yaml', 'pushgateway/prometheus.yaml'])(
  'promtool takes examples/%s',
  async (path) => {
    const file = fileURLToPath(exampleUrl(path));
    const {stdout, stderr} = await promisify(execFile)(await provide('promtool'), ['check', 'config', file]);
    expect(stdout).toMatch(/SUCCESS: .* is valid prometheus config file syntax/);
    expect(stderr).toBe('');
  },
);

it('examples/prometheus: Prometheus has what the bridge writes to it, and what it scrapes', async () => {
  const target = `127.0.0.1:${await freePort()}`;
  const prometheus = await startPrometheusOf(
    'prometheus/prometheus.yaml',
    target,
    'home-router.example:9817',
  );
  const cwd = temporaryFolder();
  const file = placeExample('prometheus/bridge.yaml', cwd, {
    'http://prometheus.example:9090': prometheus.url,
  });
  const once = ['--jobs-engines', 'embedded', '--jobs-run-at-start', 'true', ...quick];
  startCommand(['run', '--config', file, '--web-listen', target, ...once], {cwd});
  await vi.waitFor(
    async () => {
      const rates = await prometheus.query(
        'speedtest_tracker_download_bits{status="completed", job="speedtest"} > 0',
      );
      expect(rates.map(({labels}) => labels['instance']).toSorted()).toEqual([target, 'home-router']);
      const selector = `speedtest_bridge_results_delivered_total{job="speedtest-bridge", destination="prometheus"} == 1`;
      expect(await prometheus.query(selector)).toHaveLength(1);
    },
    {timeout: 30_000, interval: 100},
  );
});

it('examples/pushgateway: a pushed result has the labels of the bridge in Prometheus', async () => {
  const pushgateway = await startPushgateway();
  onTestFinished(() => pushgateway.stop());
  const target = `127.0.0.1:${pushgateway.port}`;
  const prometheus = await startPrometheusOf('pushgateway/prometheus.yaml', target, 'pushgateway:9091');
  const cwd = temporaryFolder();
  await testAndPush(placeExample('pushgateway/bridge.yaml', cwd, {'pushgateway:9091': target}), cwd);
  await vi.waitFor(
    async () => {
      const found = await prometheus.query(
        'speedtest_tracker_success{job="speedtest", instance="home-router"} == 1',
      );
      expect(found).toHaveLength(1);
    },
    {timeout: 30_000, interval: 100},
  );
});

const command = z
  .object({services: z.object({'victoria-metrics': z.object({command: z.array(z.string())})})})
  .transform(({services}) => services['victoria-metrics'].command);

it('examples/victoria-metrics: VictoriaMetrics, run as there, takes a result', async () => {
  const cwd = temporaryFolder();
  const flags = command.parse(parse(readExample('victoria-metrics/compose.yaml')));
  const server = await startServer({
    program: 'victoria-metrics',
    args: (address) => [
      ...flags.map((flag) => flag.replace('=/storage', `=${cwd}/storage`)),
      `-httpListenAddr=${address}`,
      '-memory.allowedPercent=10',
    ],
    readyPath: '/health',
  });
  onTestFinished(() => server.stop());
  await testAndPush(
    placeExample('victoria-metrics/bridge.yaml', cwd, {'http://victoria-metrics:8428': server.url}),
    cwd,
  );
  // It may take a sample before it can find it.
  await vi.waitFor(
    async () => {
      const [series, ...others] = await exportSeries(server.url, 'speedtest_tracker_download_bits');
      expect(others).toEqual([]);
      expect(series).toMatchObject({
        labels: {job: 'speedtest', status: 'completed'},
        samples: [[expect.any(Number), expect.any(Number)]],
      });
    },
    {timeout: 30_000, interval: 100},
  );
});

import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {provide} from './provide.ts';
import {type QueryApi, queryApi, type Series} from './query-api.ts';
import {type Server, startServer} from './server.ts';

export interface PrometheusOptions {
  /** The entries of `scrape_configs`. */
  readonly scrapeConfigs?: readonly unknown[];
  /** `storage.tsdb.out_of_order_time_window`, as `30m`. Without it, nothing older than a series' newest sample. */
  readonly outOfOrderWindow?: string;
  /** A free one when left out. */
  readonly port?: number;
  /** Where the data is, and stays. A temporary folder that `stop` removes when left out. */
  readonly dataDir?: string;
}

export interface Prometheus extends Server, QueryApi {
  readonly dataDir: string;
  /** Every sample as it is stored, from `startMs` to `endMs`, both included. Stale markers are not shown. */
  samples(selector: string, startMs: number, endMs: number): Promise<Series[]>;
  /** Replaces `scrape_configs` without a restart. */
  reload(scrapeConfigs: readonly unknown[]): Promise<void>;
}

const storageIn = (dataDir: string): string => join(dataDir, 'tsdb');

/** Has promtool make blocks of an OpenMetrics file, for a Prometheus that is started with `dataDir` afterwards. */
export async function createBlocks(openMetricsFile: string, dataDir: string): Promise<void> {
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', openMetricsFile, storageIn(dataDir)];
  await promisify(execFile)(await provide('promtool'), args);
}

/**
 * Starts a real Prometheus with its remote-write receiver on. After `stop` or `kill` it can be started again with the
 * same `port` and `dataDir`. Throws with its log when it does not start.
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'prometheus-')));
  const removeData = async () => {
    if (options.dataDir === undefined) await rm(dataDir, {recursive: true, force: true});
  };
  const configFile = join(dataDir, 'prometheus.yml');
  const configure = (scrapeConfigs: readonly unknown[]) =>
    writeFile(configFile, JSON.stringify(configuration(scrapeConfigs, options.outOfOrderWindow)));
  await configure(options.scrapeConfigs ?? []);
  const server = await startServer({
    program: 'prometheus',
    args: (address) => [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${storageIn(dataDir)}`,
      // Recorded results are older than the 15 days that it would keep.
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-lifecycle',
    ],
    readyPath: '/-/ready',
    port: options.port,
  }).catch(async (error) => {
    await removeData();
    throw error;
  });

  const api = queryApi(server.url);
  return {
    ...server,
    ...api,
    dataDir,
    // A range selector leaves out its start: one millisecond more brings it in.
    samples: (selector, startMs, endMs) => api.query(`${selector}[${endMs - startMs + 1}ms]`, endMs),
    async reload(scrapeConfigs) {
      await configure(scrapeConfigs);
      const response = await fetch(`${server.url}/-/reload`, {method: 'POST'});
      if (!response.ok) throw new Error(`Prometheus does not reload: ${await response.text()}`);
    },
    async stop() {
      await server.stop();
      await removeData();
    },
  };
}

function configuration(scrapeConfigs: readonly unknown[], outOfOrderWindow: string | undefined) {
  return {
    global: {scrape_interval: '1s', scrape_timeout: '1s'},
    scrape_configs: scrapeConfigs,
    ...(outOfOrderWindow === undefined
      ? {}
      : {storage: {tsdb: {out_of_order_time_window: outOfOrderWindow}}}),
  };
}

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {z} from 'zod';
import {type QueryApi, queryApi} from './query-api.ts';
import {type Server, startServer} from './server.ts';

export interface VictoriaMetrics extends Server, QueryApi {
  readonly dataDir: string;
  /** Makes what has been written readable, which would take a second or so otherwise. */
  flush(): Promise<void>;
  /** Every sample that it has of a selector's series, in time order; a stale marker is null. */
  export(selector: string): Promise<ExportedSeries[]>;
}

export interface ExportedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timestampMs: number, value: number | null])[];
}

export interface VictoriaMetricsOptions {
  /** A free one when left out. */
  readonly port?: number;
  /** Where the data is, and stays. A temporary folder that `stop` removes when left out. */
  readonly dataDir?: string;
}

/**
 * Starts a real VictoriaMetrics, which takes samples of any age. After `stop` or `kill` it can be started again with the
 * same `port` and `dataDir`. Throws with its log when it does not start.
 */
export async function startVictoriaMetrics(options: VictoriaMetricsOptions = {}): Promise<VictoriaMetrics> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'victoria-metrics-')));
  const removeData = async () => {
    if (options.dataDir === undefined) await rm(dataDir, {recursive: true, force: true});
  };
  const server = await startServer({
    program: 'victoria-metrics',
    args: (address) => [
      `-httpListenAddr=${address}`,
      `-storageDataPath=${dataDir}`,
      '-retentionPeriod=100y',
      // Its caches would otherwise take up to 60 % of the machine's memory.
      '-memory.allowedPercent=10',
    ],
    readyPath: '/health',
    port: options.port,
  }).catch(async (error) => {
    await removeData();
    throw error;
  });
  return {
    ...server,
    ...queryApi(server.url),
    dataDir,
    flush: () => flush(server.url),
    export: (selector) => exportSeries(server.url, selector),
    async stop() {
      await server.stop();
      await removeData();
    },
  };
}

/** Every sample that the server at a URL has of a selector's series. */
export async function exportSeries(url: string, selector: string): Promise<ExportedSeries[]> {
  await flush(url);
  const query = new URLSearchParams({'match[]': selector});
  const lines = (await get(`${url}/api/v1/export?${query}`)).split('\n');
  return lines.filter((line) => line !== '').map((line) => exportedSeries.parse(JSON.parse(line)));
}

async function flush(url: string): Promise<void> {
  await get(`${url}/internal/force_flush`);
}

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  if (!response.ok) throw new Error(`VictoriaMetrics answered ${response.status} to ${url}: ${body}`);
  return body;
}

/** A line of `/api/v1/export`. */
const exportedSeries = z
  .object({
    metric: z.record(z.string(), z.string()),
    values: z.array(z.number().nullable()),
    timestamps: z.array(z.number()),
  })
  .transform(({metric, values, timestamps}) => ({
    labels: metric,
    samples: timestamps.map((timestampMs, index) => [timestampMs, values[index] ?? null] as const),
  }));

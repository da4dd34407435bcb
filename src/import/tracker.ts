import {z} from 'zod';
import {oneLine} from '../delivery/http/response.ts';
import type {Measurement, TestResult, TestServer, Transfer} from '../result.ts';
import type {Clock} from './clock.ts';
import {
  failureClassOf,
  flag,
  fromZero,
  idleLatency,
  loadedLatency,
  numeric,
  problemOf,
  text,
  transfer,
} from './fields.ts';
import type {Imported} from './source.ts';

const latency = z.object({iqm: numeric, low: numeric, high: numeric, jitter: numeric}).nullish();
const direction = z.object({bandwidth: numeric, bytes: numeric, elapsed: numeric, latency}).nullish();
const identifier = z.union([z.number(), z.string()]).nullish();

/** What Ookla's program printed, or what the tracker made of another program's output or failure. */
const data = z.object({
  timestamp: text,
  isp: text,
  message: text,
  packetLoss: numeric,
  ping: z.object({latency: numeric, jitter: numeric, low: numeric, high: numeric}).nullish(),
  download: direction,
  upload: direction,
  server: z
    .object({id: identifier, host: text, port: numeric, name: text, location: text, country: text})
    .nullish(),
});

/**
 * The columns of Speedtest Tracker's table `results` in all its versions: those of 0.1 (2022), `successful` (2023),
 * `service` and `status` in place of it (2024), and one for each value in place of `data` (2026). Rates are in bytes per
 * second, times in milliseconds.
 */
const columns = z.object({
  id: z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number.parseFloat)]),
  service: text,
  status: text,
  successful: flag,
  scheduled: flag,
  healthy: flag,
  created_at: z.string(),
  timestamp: text,
  isp: text,
  error_message: text,
  packet_loss: numeric,
  ping: numeric,
  ping_jitter: numeric,
  ping_low: numeric,
  ping_high: numeric,
  download: numeric,
  download_bytes: numeric,
  download_elapsed: numeric,
  download_latency_iqm: numeric,
  download_latency_low: numeric,
  download_latency_high: numeric,
  download_jitter: numeric,
  upload: numeric,
  upload_bytes: numeric,
  upload_elapsed: numeric,
  upload_latency_iqm: numeric,
  upload_latency_low: numeric,
  upload_latency_high: numeric,
  upload_jitter: numeric,
  server_id: identifier,
  server_host: text,
  server_port: numeric,
  server_name: text,
  server_location: text,
  server_country: text,
});

/** The columns that a result is read from; any of them but `id` and `created_at` may be missing. */
export const trackerColumns: readonly string[] = [...columns.keyof().options, 'data'];

/** A value that may be written as JSON; more than once, as versions before 0.16 did. */
const unwrapped = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return unwrapped(JSON.parse(value));
  } catch {
    return undefined;
  }
};

/** Data of another shape are no reason to give up what the columns hold. */
const row = columns.extend({data: z.preprocess(unwrapped, data.nullish().catch(undefined))});

type Row = z.output<typeof row>;

const serverOf = (found: Row): TestServer => {
  const server = found.data?.server;
  const id = server?.id ?? found.server_id;
  const name = server?.name ?? found.server_name;
  const host = server?.host ?? found.server_host;
  const port = server?.port ?? found.server_port;
  const country = server?.country ?? found.server_country;
  const location = server?.location ?? found.server_location;
  return {
    ...(id && {id: String(id)}),
    ...(name && {name}),
    ...(host && {host: port ? `${host}:${port}` : host}),
    ...(country && {country}),
    ...(location && {location}),
  };
};

const downloadOf = (found: Row): Transfer | undefined => {
  const download = found.data?.download;
  return transfer({
    bytesPerSecond: download?.bandwidth ?? found.download,
    bytes: download?.bytes ?? found.download_bytes,
    elapsedMs: download?.elapsed ?? found.download_elapsed,
    latency: loadedLatency({
      iqmMs: download?.latency?.iqm ?? found.download_latency_iqm,
      lowMs: download?.latency?.low ?? found.download_latency_low,
      highMs: download?.latency?.high ?? found.download_latency_high,
      jitterMs: download?.latency?.jitter ?? found.download_jitter,
    }),
  });
};

const uploadOf = (found: Row): Transfer | undefined => {
  const upload = found.data?.upload;
  return transfer({
    bytesPerSecond: upload?.bandwidth ?? found.upload,
    bytes: upload?.bytes ?? found.upload_bytes,
    elapsedMs: upload?.elapsed ?? found.upload_elapsed,
    latency: loadedLatency({
      iqmMs: upload?.latency?.iqm ?? found.upload_latency_iqm,
      lowMs: upload?.latency?.low ?? found.upload_latency_low,
      highMs: upload?.latency?.high ?? found.upload_latency_high,
      jitterMs: upload?.latency?.jitter ?? found.upload_jitter,
    }),
  });
};

const measurementOf = (found: Row, engine: string): Measurement => {
  const {data: printed} = found;
  const ping = idleLatency({
    latencyMs: printed?.ping?.latency ?? found.ping,
    jitterMs: printed?.ping?.jitter ?? found.ping_jitter,
    lowMs: printed?.ping?.low ?? found.ping_low,
    highMs: printed?.ping?.high ?? found.ping_high,
  });
  const download = downloadOf(found);
  const upload = uploadOf(found);
  const isp = printed?.isp ?? found.isp;
  const loss = fromZero(printed?.packetLoss ?? found.packet_loss);
  return {
    engine: {name: engine},
    server: serverOf(found),
    ...(isp && {isp}),
    ...(ping && {ping}),
    ...(download && {download}),
    ...(upload && {upload}),
    ...(loss !== undefined && loss <= 100 && {packetLossPercent: loss}),
  };
};

const isMeasured = ({ping, download, upload}: Measurement): boolean =>
  ping !== undefined || download !== undefined || upload !== undefined;

const unfinished = ['waiting', 'started', 'checking', 'running', 'benchmarking'];

/** What a row says of its test; versions without the column `status` say no more than whether it went well. */
const statusOf = ({status, successful}: Row, measurement: Measurement): string =>
  status?.toLowerCase() ?? ((successful ?? isMeasured(measurement)) ? 'completed' : 'failed');

export interface TrackerReading {
  /** The job that the results are of. */
  readonly job: string;
  readonly clock: Clock;
}

/**
 * Reads one result of Speedtest Tracker, from its table, its API or its export: columns by their names. Its key is
 * made of the job, the result's number and `created_at`, and so the same by whichever way it comes.
 *
 * A result is of the time that Ookla's program noted at its end, where that is kept, otherwise of `created_at`, at which
 * the test was asked for, plus the time that its transfers took.
 */
export const readTracker = (value: unknown, {job, clock}: TrackerReading): Imported => {
  const parsed = row.safeParse(value);
  if (!parsed.success) return {kind: 'wrong', problem: problemOf(parsed.error)};
  const found = parsed.data;
  const createdAt = clock(found.created_at);
  if (!createdAt.ok) return {kind: 'wrong', problem: `created_at: ${createdAt.problem}`};
  const noted = found.data?.timestamp ?? found.timestamp;
  const endedAt = noted ? clock(noted) : undefined;

  const engine = found.service?.toLowerCase() ?? 'ookla';
  const measurement = measurementOf(found, engine);
  const reason =
    oneLine(found.data?.message ?? found.error_message ?? '') || 'Speedtest Tracker does not say why';
  const key = `tracker:${JSON.stringify([job, found.id, found.created_at])}`;
  const at = {job, scheduled: found.scheduled ?? false, startedAtMs: createdAt.ms, endedAtMs: createdAt.ms};
  const result = (given: TestResult): Imported => ({kind: 'result', result: given, key});
  const status = statusOf(found, measurement);
  switch (status) {
    case 'completed': {
      if (!isMeasured(measurement)) return {kind: 'wrong', problem: 'completed, but nothing was measured'};
      const elapsedMs = (measurement.download?.elapsedMs ?? 0) + (measurement.upload?.elapsedMs ?? 0);
      const endedAtMs = endedAt?.ok ? endedAt.ms : Math.round(createdAt.ms + elapsedMs);
      return result({
        ...at,
        status,
        startedAtMs: endedAtMs - elapsedMs,
        endedAtMs,
        measurement,
        ...(typeof found.healthy === 'boolean' && {healthy: found.healthy}),
      });
    }
    case 'failed': {
      const failure = {class: failureClassOf(reason), reason};
      return result({...at, status, failure, attempts: [{engine, ...failure}]});
    }
    case 'skipped':
      return result({...at, status, skip: {class: 'missed', reason}});
    default:
      return unfinished.includes(status)
        ? {kind: 'unfinished'}
        : {kind: 'wrong', problem: `status ${JSON.stringify(status)} is not known`};
  }
};

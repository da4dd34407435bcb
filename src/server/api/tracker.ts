import type {JournalRow} from '../../journal/row.ts';
import {
  engineOf,
  type LoadedLatency,
  type Measurement,
  measuredIn,
  type TestResult,
  type Transfer,
} from '../../result.ts';

// Speedtest Tracker's shapes, as its widgets and scripts expect them. Names and units are its own.

const orNull = <T>(value: T | undefined): T | null => value ?? null;
const whole = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));

/** Ookla's numbers are numbers there. */
const idOf = (id: string | undefined): number | string | undefined =>
  id !== undefined && /^\d{1,15}$/.test(id) ? Number.parseInt(id, 10) : id;

const latencyOf = ({iqmMs, lowMs, highMs, jitterMs}: LoadedLatency) => ({
  iqm: iqmMs,
  low: lowMs,
  high: highMs,
  jitter: jitterMs,
});

const transferOf = (transfer: Transfer | undefined) =>
  transfer && {
    bandwidth: Math.round(transfer.bytesPerSecond),
    bytes: transfer.bytes,
    elapsed: transfer.elapsedMs,
    latency: transfer.latency && latencyOf(transfer.latency),
  };

/** A measurement as Ookla's program prints it. */
const ooklaOf = (
  {server, isp, ping, download, upload, packetLossPercent}: Measurement,
  timestamp: string,
) => ({
  type: 'result',
  timestamp,
  ping: ping && {jitter: ping.jitterMs, latency: ping.latencyMs, low: ping.lowMs, high: ping.highMs},
  download: transferOf(download),
  upload: transferOf(upload),
  packetLoss: packetLossPercent,
  isp,
  server: {...server, id: idOf(server.id)},
});

const dataOf = (result: TestResult): object => {
  const timestamp = new Date(result.endedAtMs).toISOString();
  switch (result.status) {
    case 'completed':
      return ooklaOf(result.measurement, timestamp);
    case 'failed':
      return {type: 'log', timestamp, level: 'error', message: result.failure.reason};
    case 'skipped':
      return {type: 'log', timestamp, level: 'warning', message: result.skip.reason};
    default:
      return result satisfies never;
  }
};

const units = ['b', 'kb', 'Mb', 'Gb', 'Tb'];

const humanBits = (bits: number): string => {
  const power = bits < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bits) / 3));
  return `${(bits / 1000 ** power).toFixed(2)} ${units[power]}ps`;
};

const bitsOf = (name: 'download' | 'upload', transfer: Transfer | undefined) => {
  if (transfer === undefined) return {};
  const bits = Math.round(transfer.bytesPerSecond * 8);
  return {[`${name}_bits`]: bits, [`${name}_bits_human`]: humanBits(bits)};
};

/** The answer of its `/api/v1/results/latest`: rates in whole bytes per second, times in UTC without a zone. */
export const trackerAnswer = ({id, result}: JournalRow): object => {
  const {ping, download, upload} = measuredIn(result);
  const at = new Date(result.endedAtMs).toISOString().slice(0, 19).replace('T', ' ');
  return {
    data: {
      id,
      service: engineOf(result)?.name ?? 'speedtest-bridge',
      ping: orNull(ping?.latencyMs),
      download: whole(download?.bytesPerSecond),
      downloaded_bytes: whole(download?.bytes),
      upload: whole(upload?.bytesPerSecond),
      uploaded_bytes: whole(upload?.bytes),
      ...bitsOf('download', download),
      ...bitsOf('upload', upload),
      benchmarks: null,
      healthy: result.status === 'completed' ? orNull(result.healthy) : null,
      status: result.status,
      scheduled: result.scheduled,
      comments: null,
      data: dataOf(result),
      created_at: at,
      updated_at: at,
    },
    message: 'ok',
  };
};

const toMegabits = (transfer: Transfer | undefined): number | null =>
  transfer === undefined ? null : Math.round(transfer.bytesPerSecond * 8e-4) / 100;

/** The answer of its older `/api/speedtest/latest`: rates in Mbit/s with two decimals. */
export const oldTrackerAnswer = ({id, result}: JournalRow): object => {
  const {ping, download, upload, server} = measuredIn(result);
  const at = new Date(result.endedAtMs).toISOString().replace('Z', '000+00:00');
  return {
    message: 'ok',
    data: {
      id,
      ping: orNull(ping?.latencyMs),
      download: toMegabits(download),
      downloaded_bytes: whole(download?.bytes),
      upload: toMegabits(upload),
      uploaded_bytes: whole(upload?.bytes),
      server_id: orNull(idOf(server?.id)),
      server_host: orNull(server?.host),
      server_name: orNull(server?.name),
      url: null,
      scheduled: result.scheduled,
      failed: result.status === 'failed',
      created_at: at,
      updated_at: at,
    },
  };
};

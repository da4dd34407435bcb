import {z} from 'zod';
import {flag, identifier, numeric, rowNumber, text} from './fields.ts';

const latency = z.object({iqm: numeric, low: numeric, high: numeric, jitter: numeric}).nullish();
const direction = z.object({bandwidth: numeric, bytes: numeric, elapsed: numeric, latency}).nullish();

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
  id: rowNumber,
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

/** One result as a row of the table. Data of another shape are no reason to give up what the columns hold. */
export const trackerRow = columns.extend({data: z.preprocess(unwrapped, data.nullish().catch(undefined))});

export type TrackerRow = z.output<typeof trackerRow>;

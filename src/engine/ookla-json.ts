import {z} from 'zod';
import type {LoadedLatency, Measurement, Transfer} from '../result.ts';
import {schemaProblem} from './schema-problem.ts';

const finite = z.number();
const rate = z.number().min(0);

const loadedLatency = z
  .object({iqm: finite, low: finite, high: finite, jitter: finite})
  .transform(
    ({iqm, low, high, jitter}): LoadedLatency => ({iqmMs: iqm, lowMs: low, highMs: high, jitterMs: jitter}),
  );

const transfer = z
  .object({
    bandwidth: rate,
    bytes: rate.optional(),
    elapsed: rate.optional(),
    // Older versions of the program have no latency under load.
    latency: loadedLatency.optional().catch(undefined),
  })
  .transform(
    ({bandwidth, bytes, elapsed, latency}): Transfer => ({
      bytesPerSecond: bandwidth,
      ...(bytes !== undefined && {bytes}),
      ...(elapsed !== undefined && {elapsedMs: elapsed}),
      ...(latency && {latency}),
    }),
  );

const server = z.object({
  id: z.union([z.number(), z.string()]).transform(String).optional(),
  host: z.string().optional(),
  port: z.number().optional(),
  name: z.string().optional(),
  location: z.string().optional(),
  country: z.string().optional(),
});

const ooklaResult = z.object({
  type: z.literal('result'),
  timestamp: z.iso.datetime({offset: true}).transform((text) => Date.parse(text)),
  ping: z.object({
    latency: rate,
    jitter: rate.optional(),
    low: rate.optional(),
    high: rate.optional(),
  }),
  download: transfer,
  upload: transfer,
  packetLoss: z.number().min(0).max(100).optional().catch(undefined),
  isp: z.string().optional(),
  server,
});

/** A result in the JSON that Ookla's speedtest program prints, or why the value is none. */
export type ParsedOokla =
  | {readonly ok: true; readonly timestampMs: number; readonly measurement: Omit<Measurement, 'engine'>}
  | {readonly ok: false; readonly problem: string};

/**
 * Reads one result as Ookla's program prints it with `--format=json`: rates in bytes per second, times in milliseconds.
 * A packet loss that is missing or impossible is left out.
 */
export const parseOoklaJson = (json: unknown): ParsedOokla => {
  const parsed = ooklaResult.safeParse(json);
  if (!parsed.success) return {ok: false, problem: schemaProblem(parsed.error)};
  const {
    timestamp,
    ping,
    download,
    upload,
    packetLoss,
    isp,
    server: {host, port, ...place},
  } = parsed.data;
  const known = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
  return {
    ok: true,
    timestampMs: timestamp,
    measurement: {
      server: {...known, ...(host !== undefined && {host: port === undefined ? host : `${host}:${port}`})},
      ...(isp !== undefined && {isp}),
      ping: {
        latencyMs: ping.latency,
        ...(ping.jitter !== undefined && {jitterMs: ping.jitter}),
        ...(ping.low !== undefined && {lowMs: ping.low}),
        ...(ping.high !== undefined && {highMs: ping.high}),
      },
      download,
      upload,
      ...(packetLoss !== undefined && {packetLossPercent: packetLoss}),
    },
  };
};

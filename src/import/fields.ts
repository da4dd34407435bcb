import {z} from 'zod';
import {spokenFailure} from '../engine/cli/failure.ts';
import type {FailureClass, IdleLatency, LoadedLatency, Measurement, Transfer} from '../result.ts';

/** A number as programs write it in a text. */
export const decimal = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A number, also one written as text, as CSV and some databases have it; null where it is not known. */
export const numeric = z
  .union([z.number(), z.string().regex(decimal, 'is no number').transform(Number.parseFloat)])
  .nullish();

/** The number that a tracker gave a result. */
export const rowNumber = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number.parseFloat)]);

/** The number of a server; null where it is not known. */
export const identifier = z.union([z.number(), z.string()]).nullish();

/** Null where it is not known. */
export const text = z.string().nullish();

/** A yes or no in the forms that PHP and SQLite write it; null where it is not known. */
export const flag = z
  .union([
    z.boolean(),
    z.union([z.literal(1), z.literal('1'), z.literal('true'), z.literal('Yes')]).transform(() => true),
    z.union([z.literal(0), z.literal('0'), z.literal('false'), z.literal('No')]).transform(() => false),
  ])
  .nullish();

type Maybe = number | null | undefined;

/** What is beyond it was never measured. */
const isWithin = (value: Maybe, most: number): value is number =>
  typeof value === 'number' && value >= 0 && value <= most;

/** A value of which 0 and less stand for unknown. */
export const aboveZero = (value: Maybe, most = Number.MAX_SAFE_INTEGER): number | undefined =>
  isWithin(value, most) && value > 0 ? value : undefined;

/** A value of which less than 0 stands for unknown. */
export const fromZero = (value: Maybe, most = Number.MAX_SAFE_INTEGER): number | undefined =>
  isWithin(value, most) ? value : undefined;

const dayMs = 86_400_000;

/** A round trip on the idle line, in milliseconds; undefined where the latency itself is not known. */
export const idleLatency = (values: {
  readonly latencyMs: Maybe;
  readonly jitterMs?: Maybe;
  readonly lowMs?: Maybe;
  readonly highMs?: Maybe;
}): IdleLatency | undefined => {
  const latencyMs = aboveZero(values.latencyMs);
  if (latencyMs === undefined) return undefined;
  const jitterMs = fromZero(values.jitterMs);
  const lowMs = aboveZero(values.lowMs);
  const highMs = aboveZero(values.highMs);
  return {
    latencyMs,
    ...(jitterMs !== undefined && {jitterMs}),
    ...(lowMs !== undefined && {lowMs}),
    ...(highMs !== undefined && {highMs}),
  };
};

/** Latency under load, in milliseconds; undefined where one of its values is not known. */
export const loadedLatency = (values: {
  readonly iqmMs: Maybe;
  readonly lowMs: Maybe;
  readonly highMs: Maybe;
  readonly jitterMs: Maybe;
}): LoadedLatency | undefined => {
  const iqmMs = aboveZero(values.iqmMs);
  const lowMs = aboveZero(values.lowMs);
  const highMs = aboveZero(values.highMs);
  const jitterMs = fromZero(values.jitterMs);
  return iqmMs === undefined || lowMs === undefined || highMs === undefined || jitterMs === undefined
    ? undefined
    : {iqmMs, lowMs, highMs, jitterMs};
};

/** One direction; undefined where its rate is not known. */
export const transfer = (values: {
  readonly bytesPerSecond: Maybe;
  readonly bytes?: Maybe;
  readonly elapsedMs?: Maybe;
  readonly latency?: LoadedLatency | undefined;
}): Transfer | undefined => {
  const bytesPerSecond = aboveZero(values.bytesPerSecond);
  if (bytesPerSecond === undefined) return undefined;
  const bytes = aboveZero(values.bytes);
  const elapsedMs = aboveZero(values.elapsedMs, dayMs);
  return {
    bytesPerSecond,
    ...(bytes !== undefined && {bytes}),
    ...(elapsedMs !== undefined && {elapsedMs}),
    ...(values.latency && {latency: values.latency}),
  };
};

/** Whether anything was measured at all. */
export const isMeasured = ({ping, download, upload}: Measurement): boolean =>
  ping !== undefined || download !== undefined || upload !== undefined;

/** How long the transfers took, milliseconds. */
export const transfersMs = ({download, upload}: Pick<Measurement, 'download' | 'upload'>): number =>
  (download?.elapsedMs ?? 0) + (upload?.elapsedMs ?? 0);

/** The class of a failure that a program told in words. */
export const failureClassOf = (words: string): FailureClass =>
  // Speedtest Tracker's own check, ahead of a test: CheckForInternetConnectionJob.
  /^Failed to connect|^Ping command is unavailable/.test(words)
    ? 'no-network'
    : spokenFailure('', words).failureClass;

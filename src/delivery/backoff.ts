import type {QueueSettings} from './queue.ts';
import type {Outcome} from './sink.ts';

export interface BackoffBounds {
  readonly minMs: number;
  readonly maxMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * How long to wait, in whole milliseconds from `minMs` to `maxMs`, after the `attempt`-th failure in a row (from 1).
 * Doubles with each attempt. Half of it is left to chance, so that many senders that failed together don't come back
 * together ("equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export const backoffMs = (attempt: number, {minMs, maxMs, random}: BackoffBounds): number => {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** attempt);
  return Math.max(minMs, Math.round(ceilingMs * (0.5 + random() / 2)));
};

/**
 * How long to wait, in milliseconds, after an attempt that failed as the `failures`-th in a row (from 1): as long as the
 * receiver asked for, if it did, else as long as `backoffMs` says.
 * @param random from 0 to below 1.
 */
export const retryWaitMs = (
  {afterMs = 0}: Extract<Outcome, {kind: 'retry'}>,
  failures: number,
  {minBackoffMs, maxBackoffMs}: Pick<QueueSettings, 'minBackoffMs' | 'maxBackoffMs'>,
  random: () => number,
): number =>
  // None, or a time that has passed, would be an endless loop of requests.
  afterMs > 0 ? afterMs : backoffMs(failures, {minMs: minBackoffMs, maxMs: maxBackoffMs, random});

import type {Outcome} from './sink.ts';

/** What the queue of one destination keeps to. */
export interface QueueSettings {
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Most results in one request. */
  readonly maxResults: number;
  /** What is older than this is rejected without being sent. */
  readonly ageLimitMs?: number;
}

// Fewer take more requests, more compress less well: snappy looks back no further than 64 KiB.
export const defaultQueue: QueueSettings = {minBackoffMs: 1000, maxBackoffMs: 5 * 60_000, maxResults: 500};

/** What becomes of what is too old: the destination is not asked. */
export const tooOld = {
  kind: 'rejected',
  cause: 'older than queue_config.sample_age_limit',
} as const satisfies Outcome;

/** Whether what is of this time has waited for longer than it may. Both times are Unix milliseconds. */
export const isTooOld = (
  timeMs: number,
  {ageLimitMs = Infinity}: Pick<QueueSettings, 'ageLimitMs'>,
  nowMs: number,
): boolean => timeMs < nowMs - ageLimitMs;

import {z} from 'zod';
import {duration, positiveDuration, withoutEffect} from '../fields.ts';

/** How a destination's queue goes about its work. */
export interface QueueConfig {
  /** The bounds of the wait between attempts, which doubles with each. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Whether an answer of 429 is tried again. */
  readonly retryOn429: boolean;
  /** Results and scrapes older than this are rejected without being sent. */
  readonly sampleAgeLimitMs?: number;
  /** Most samples in one request. */
  readonly maxSamplesPerSend: number;
}

const wholeNumber = z.int().min(1);

/**
 * `queue_config`. Where a key is left out, the default is not that of Prometheus, which has new samples every few
 * seconds and may well lose some: a single result is worth waiting for.
 */
export const queueConfig = z
  .strictObject({
    capacity: wholeNumber.optional().describe(withoutEffect),
    min_shards: wholeNumber.optional().describe(withoutEffect),
    max_shards: wholeNumber.optional().describe(withoutEffect),
    max_samples_per_send: wholeNumber.default(10_000).describe('Most samples of one request.'),
    batch_send_deadline: duration.optional().describe(withoutEffect),
    min_backoff: positiveDuration
      .prefault('1s')
      .describe('The first wait after a failed attempt, which doubles with each.'),
    max_backoff: positiveDuration.prefault('5m').describe('The longest wait between attempts.'),
    retry_on_http_429: z.boolean().default(true).describe('Whether an answer of 429 is tried again.'),
    sample_age_limit: duration
      .prefault('0s')
      .describe('Results and scrapes older than this are rejected without being sent; 0 for no limit.'),
  })
  .transform(
    (given): QueueConfig => ({
      minBackoffMs: Math.min(given.min_backoff, given.max_backoff),
      maxBackoffMs: given.max_backoff,
      retryOn429: given.retry_on_http_429,
      maxSamplesPerSend: given.max_samples_per_send,
      ...(given.sample_age_limit > 0 && {sampleAgeLimitMs: given.sample_age_limit}),
    }),
  );

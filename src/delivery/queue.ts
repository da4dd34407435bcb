/** What the queue of one destination keeps to. */
export interface QueueSettings {
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Most results in one request. */
  readonly maxResults: number;
  /** Results older than this are rejected without being sent. */
  readonly ageLimitMs?: number;
}

// Fewer take more requests, more compress less well: snappy looks back no further than 64 KiB.
export const defaultQueue: QueueSettings = {minBackoffMs: 1000, maxBackoffMs: 5 * 60_000, maxResults: 500};

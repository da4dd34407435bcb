/** Lets a burst through, and then one each time that a span has passed. */
export interface TokenBucketSettings {
  readonly intervalMs: number;
  readonly burst: number;
}

/** Token buckets by key, all of them full at first. */
export interface TokenBuckets {
  /** Takes one: 0 when there was one, else how long it takes until there is, in milliseconds. */
  take(key: string): number;
  giveBack(key: string): void;
}

interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Creates buckets that are remembered for as long as they are not full, and for at most `mostKeys` keys: beyond that,
 * the one that was used least recently is forgotten.
 * @param nowMs a clock that only goes forward, in milliseconds.
 */
export const createTokenBuckets = (
  {intervalMs, burst}: TokenBucketSettings,
  mostKeys: number,
  nowMs: () => number,
): TokenBuckets => {
  const buckets = new Map<string, Bucket>();
  const tokensNow = (key: string, atMs: number): number => {
    const bucket = buckets.get(key);
    return bucket === undefined ? burst : Math.min(burst, bucket.tokens + (atMs - bucket.atMs) / intervalMs);
  };
  const put = (key: string, tokens: number, atMs: number): void => {
    buckets.delete(key);
    if (tokens >= burst) return;
    buckets.set(key, {tokens, atMs});
    const [oldest] = buckets.keys();
    if (buckets.size > mostKeys && oldest !== undefined) buckets.delete(oldest);
  };
  return {
    take: (key) => {
      const atMs = nowMs();
      const tokens = tokensNow(key, atMs);
      if (tokens < 1) return Math.ceil((1 - tokens) * intervalMs);
      put(key, tokens - 1, atMs);
      return 0;
    },
    giveBack: (key) => {
      const atMs = nowMs();
      put(key, Math.min(burst, tokensNow(key, atMs) + 1), atMs);
    },
  };
};

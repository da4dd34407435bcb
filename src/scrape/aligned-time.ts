import {createHash} from 'node:crypto';

/**
 * The times of a target's scrapes are those that are `offsetMs` beyond a multiple of the interval. It follows from what
 * tells the target apart, so that it is the same after a restart, and the targets of a job spread evenly over its
 * interval.
 */
export const scrapeOffsetMs = (targetKey: string, intervalMs: number): number =>
  createHash('sha256').update(targetKey).digest().readUIntBE(0, 6) % intervalMs;

/** The last of these times at or before `nowMs`. */
export const lastAlignedMs = (nowMs: number, intervalMs: number, offsetMs: number): number => {
  const beyond = (nowMs - offsetMs) % intervalMs;
  return nowMs - (beyond < 0 ? beyond + intervalMs : beyond);
};

// Prometheus' `scrapeTimestampTolerance`: samples that are exactly one interval apart take less space.
const mostToleranceMs = 2;

/** The time that a scrape at `nowMs` gets: that for which it was planned, where it is hardly late. */
export const scrapeTimeMs = (nowMs: number, intervalMs: number, offsetMs: number): number => {
  const toleranceMs = Math.min(mostToleranceMs, intervalMs / 100);
  // A timer can be early by the rest of a millisecond.
  const alignedMs = lastAlignedMs(nowMs + 1, intervalMs, offsetMs);
  return nowMs - alignedMs <= toleranceMs ? alignedMs : nowMs;
};

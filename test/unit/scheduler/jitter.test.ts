import {expect, it} from 'vitest';
import {jitterMs} from '../../../src/scheduler/jitter.ts';

it('follows from its arguments alone', () => {
  expect(jitterMs('seed', 'wan', 1000, 60_000)).toBe(jitterMs('seed', 'wan', 1000, 60_000));
  expect(jitterMs('seed', 'wan', 1000, 60_000)).not.toBe(jitterMs('seed', 'lan', 1000, 60_000));
  expect(jitterMs('seed', 'wan', 1000, 60_000)).not.toBe(jitterMs('other', 'wan', 1000, 60_000));
  expect(jitterMs('seed', 'wan', 1000, 0)).toBe(0);
});

/** How far the draws are from an even spread over ten parts of the window. */
const chiSquareOf = (delaysMs: readonly number[], windowMs: number): number => {
  const buckets = new Array<number>(10).fill(0);
  for (const delayMs of delaysMs) {
    expect(delayMs).toBeGreaterThanOrEqual(0);
    expect(delayMs).toBeLessThan(windowMs);
    const bucket = Math.floor((delayMs * buckets.length) / windowMs);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  const expected = delaysMs.length / buckets.length;
  return buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

// 99.9 % of uniform draws stay below this at nine degrees of freedom; the seeds are fixed, so this can't flake.
const bound = 27.9;
const draws = 4000;

it.each(['host', 'home-router', 'probe-1', 'probe-2', ''])(
  'is uniform over the runs of seed "%s"',
  (seed) => {
    const runs = Array.from({length: draws}, (_, run) => jitterMs(seed, 'wan', run * 3_600_000, 120_000));
    expect(chiSquareOf(runs, 120_000)).toBeLessThan(bound);
  },
);

it('is uniform over a fleet whose runs are scheduled at the same time', () => {
  const fleet = Array.from({length: draws}, (_, probe) => jitterMs(`probe-${probe}`, 'wan', 1e12, 60_000));
  expect(chiSquareOf(fleet, 60_000)).toBeLessThan(bound);
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {backoffMs, retryWaitMs} from '../../../src/delivery/backoff.ts';

const bounds = fc
  .tuple(fc.integer({min: 1, max: 10_000}), fc.integer({min: 0, max: 1_000_000}))
  .map(([minMs, more]) => ({minMs, maxMs: minMs + more}));
const attempt = fc.integer({min: 1, max: 10_000});
const chance = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});

test('stays within its bounds and is whole', () => {
  fc.assert(
    fc.property(attempt, bounds, chance, (attempt, {minMs, maxMs}, random) => {
      const waitMs = backoffMs(attempt, {minMs, maxMs, random: () => random});
      expect(waitMs).toBeGreaterThanOrEqual(minMs);
      expect(waitMs).toBeLessThanOrEqual(maxMs);
      expect(Number.isInteger(waitMs)).toBe(true);
    }),
  );
});

test('never grows shorter from one attempt to the next, chance being equal', () => {
  fc.assert(
    fc.property(attempt, bounds, chance, (attempt, {minMs, maxMs}, random) => {
      const wait = (n: number) => backoffMs(n, {minMs, maxMs, random: () => random});
      expect(wait(attempt + 1)).toBeGreaterThanOrEqual(wait(attempt));
    }),
  );
});

test('doubles up to the longest wait, half of it by chance', () => {
  const range = (attempt: number) =>
    [0, 0.999_999].map((random) => backoffMs(attempt, {minMs: 1000, maxMs: 60_000, random: () => random}));
  expect(range(1)).toEqual([1000, 2000]);
  expect(range(2)).toEqual([2000, 4000]);
  expect(range(5)).toEqual([16_000, 32_000]);
  expect(range(6)).toEqual([30_000, 60_000]);
  expect(range(5000)).toEqual([30_000, 60_000]);
});

test.each([
  [undefined, 2000],
  [0, 2000],
  [7, 7],
])('of a receiver that asked for %s ms the wait is %i ms', (afterMs, waitMs) => {
  const outcome = {kind: 'retry', cause: 'HTTP 503', ...(afterMs !== undefined && {afterMs})} as const;
  const queue = {minBackoffMs: 1000, maxBackoffMs: 60_000};
  expect(retryWaitMs(outcome, 2, queue, () => 0)).toBe(waitMs);
});

import fc from 'fast-check';
import {expect, it} from 'vitest';
import {lastAlignedMs, scrapeOffsetMs, scrapeTimeMs} from '../../../src/scrape/aligned-time.ts';

const interval = fc.integer({min: 1, max: 86_400_000});
const time = fc.integer({min: -1e12, max: 4e12});

it('puts the scrapes of a target one interval apart, wherever it begins', () => {
  fc.assert(
    fc.property(time, interval, fc.string(), (nowMs, intervalMs, key) => {
      const offsetMs = scrapeOffsetMs(key, intervalMs);
      const lastMs = lastAlignedMs(nowMs, intervalMs, offsetMs);
      expect(lastMs).toBeLessThanOrEqual(nowMs);
      expect(lastMs).toBeGreaterThan(nowMs - intervalMs);
      expect(lastAlignedMs(lastMs + intervalMs, intervalMs, offsetMs)).toBe(lastMs + intervalMs);
    }),
  );
});

it('spreads targets over the interval', () => {
  const offsets = Array.from({length: 1000}, (_, index) => scrapeOffsetMs(`target ${index}`, 1000));
  for (const tenth of Array.from({length: 10}, (_, index) => index * 100)) {
    const inside = offsets.filter((offset) => offset >= tenth && offset < tenth + 100);
    expect(inside.length).toBeGreaterThan(60);
  }
});

it.each([
  ['on time', 60_000, 60_000],
  ['up to 2 ms late', 60_002, 60_000],
  ['later', 60_003, 60_003],
  ['by a timer that was early by the rest of a millisecond', 59_999, 60_000],
])('a scrape %s has the time', (_, nowMs, timeMs) => {
  expect(scrapeTimeMs(nowMs, 30_000, 0)).toBe(timeMs);
});

it('is more exact for short intervals', () => {
  expect(scrapeTimeMs(1001, 100, 0)).toBe(1000);
  expect(scrapeTimeMs(1002, 100, 0)).toBe(1002);
});

import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  high,
  interquartileMean,
  jitter,
  low,
  lowestMean,
  median,
} from '../../../../src/engine/native/statistics.ts';

const roundTrip = fc.double({min: 0, max: 1e5, noNaN: true});
const roundTrips = fc.array(roundTrip, {minLength: 1, maxLength: 200});

describe('low, high', () => {
  it('are the extremes', () => {
    expect(low([3, 1, 2])).toBe(1);
    expect(high([3, 1, 2])).toBe(3);
  });

  it('hold every value between them', () => {
    fc.assert(
      fc.property(roundTrips, (values) => {
        expect(values.every((value) => low(values) <= value && value <= high(values))).toBe(true);
        expect(values).toContain(low(values));
        expect(values).toContain(high(values));
      }),
    );
  });
});

describe('median', () => {
  it.each([
    [[5], 5],
    [[3, 1], 2],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has as many values above as below', () => {
    fc.assert(
      fc.property(roundTrips, (values) => {
        const middle = median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
      }),
    );
  });
});

describe('interquartileMean', () => {
  it.each([
    [[7], 7],
    [[1, 3], 2],
    [[5, 8, 4, 38, 8, 6, 9, 7, 7, 3, 1, 6], 6.5],
    [[1, 2, 3, 4, 5], 3],
    [[1, 3, 5, 7, 9, 11, 13, 15, 17], 9],
    [[1, 2, 3, 1000], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(interquartileMean(values)).toBeCloseTo(expected, 12);
  });

  it('lies between the extremes, whatever the order', () => {
    fc.assert(
      fc.property(roundTrips, (values) => {
        const mean = interquartileMean(values);
        expect(mean).toBeGreaterThanOrEqual(low(values));
        expect(mean).toBeLessThanOrEqual(high(values));
        expect(interquartileMean(values.toReversed())).toBe(mean);
      }),
    );
  });

  it('does not feel a quarter of the values being far off', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 40}), roundTrip, (quarter, value) => {
        const usual = new Array<number>(3 * quarter).fill(value);
        const outliers = new Array<number>(quarter).fill(1e9);
        expect(interquartileMean([...outliers, ...usual])).toBeCloseTo(value, 6);
      }),
    );
  });
});

describe('jitter', () => {
  it.each([
    [[4], 0],
    [[4, 4, 4], 0],
    [[1, 3], 2],
    [[10, 12, 9, 9], 5 / 3],
  ])('of %j is %d', (values, expected) => {
    expect(jitter(values)).toBeCloseTo(expected, 12);
  });

  it('is the mean absolute difference of neighbours, and at most the spread', () => {
    fc.assert(
      fc.property(fc.array(roundTrip, {minLength: 2, maxLength: 100}), (values) => {
        const differences = values
          .slice(1)
          .map((value, index) => Math.abs(value - (values[index] ?? Number.NaN)));
        const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
        expect(jitter(values)).toBeCloseTo(mean, 6);
        expect(jitter(values)).toBeLessThanOrEqual(high(values) - low(values) + 1e-6);
      }),
    );
  });
});

describe('lowestMean', () => {
  it.each([
    [[7], 0.95, 7],
    [[3, 1], 0.5, 1],
    [[1, 2, 3, 1000], 0.75, 2],
    [[4, 1, 2], 0.5, 4 / 3],
    [[...new Array<number>(19).fill(10), 500], 0.95, 10],
    [[1, 2, 6], 1, 3],
  ])('of %j, the lowest %d, is %d', (values, part, expected) => {
    expect(lowestMean(values, part)).toBeCloseTo(expected, 12);
  });

  it('is never above the mean of a larger part, nor below the lowest value', () => {
    fc.assert(
      fc.property(roundTrips, fc.double({min: 0.01, max: 1, noNaN: true}), (values, part) => {
        // Rounding may take the smallest numbers that there are a few steps up.
        const mean = lowestMean(values, part);
        expect(mean).toBeGreaterThanOrEqual(low(values));
        expect(mean).toBeLessThanOrEqual(lowestMean(values, 1) * (1 + 1e-9) + Number.MIN_VALUE * 200);
      }),
    );
  });
});

const ofAll = (values: readonly number[]): number => lowestMean(values, 1);
it.each(Object.entries({low, high, median, interquartileMean, jitter, ofAll}))(
  '%s of nothing is an error',
  (_, statistic) => {
    expect(() => statistic([])).toThrow(RangeError);
  },
);

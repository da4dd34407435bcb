import fc from 'fast-check';
import {expect, it} from 'vitest';
import {divide} from '../../../src/remote-write/parts.ts';
import type {TimeSeries} from '../../../src/remote-write/series.ts';

const seriesOf = (lengths: readonly number[]): readonly TimeSeries[] =>
  lengths.map((length, index) => ({
    labels: [['__name__', `m${index}`]],
    help: '',
    values: new Array<number>(length).fill(1),
    timestampsMs: Array.from({length}, (_, at) => at),
  }));

const sizes = (parts: readonly (readonly TimeSeries[])[]): readonly number[] =>
  parts.map((part) => part.reduce((sum, {values}) => sum + values.length, 0));

it('makes parts of about as many samples each', () => {
  expect(sizes(divide(seriesOf(new Array<number>(20).fill(500)), 4))).toEqual([2500, 2500, 2500, 2500]);
});

it('does not divide what is small, and makes nothing of nothing', () => {
  expect(sizes(divide(seriesOf([10, 10, 10]), 4))).toEqual([30]);
  expect(sizes(divide(seriesOf([900, 900, 900]), 4))).toEqual([1800, 900]);
  expect(divide([], 4)).toEqual([]);
});

it('has each series once, in the order given, in at most so many parts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 1, max: 3000}), {maxLength: 30}),
      fc.integer({min: 1, max: 16}),
      (lengths, most) => {
        const series = seriesOf(lengths);
        const parts = divide(series, most);
        expect(parts.flat()).toEqual(series);
        expect(parts.length).toBeLessThanOrEqual(most);
        expect(parts.every((part) => part.length > 0)).toBe(true);
      },
    ),
    {numRuns: 50},
  );
});

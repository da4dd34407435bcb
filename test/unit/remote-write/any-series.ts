import fc from 'fast-check';
import type {TimeSeries, Value} from '../../../src/remote-write/series.ts';

export interface Point {
  readonly value: Value;
  readonly timestampMs: number;
}

export const pointsOf = ({values, timestampsMs}: Pick<TimeSeries, 'values' | 'timestampsMs'>): Point[] =>
  values.map((value, index) => ({value, timestampMs: timestampsMs[index] ?? Number.NaN}));

const columnsOf = (points: readonly Point[]): Pick<TimeSeries, 'values' | 'timestampsMs'> => ({
  values: points.map(({value}) => value),
  timestampsMs: points.map(({timestampMs}) => timestampMs),
});

export const specialValues = [
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  5e-324,
  Number.MAX_VALUE,
  2.5e10,
  0.1 + 0.2,
];
const specialTimes = [0, -1, 1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 2 ** 53 - 1, 8.64e15, -8.64e15];

export const anyValue = fc.oneof(fc.double(), fc.constantFrom(...specialValues));
const anyTime = fc.oneof(fc.integer({min: -8.64e15, max: 8.64e15}), fc.constantFrom(...specialTimes));

/** Any string that JavaScript can have: of every code point, with unpaired surrogates, and of a length that tells. */
const anyText = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.string({unit: fc.integer({min: 0, max: 0xffff}).map((unit) => String.fromCharCode(unit))}),
  fc.string({unit: 'grapheme', minLength: 40, maxLength: 300}),
);

const seriesOf = (value: fc.Arbitrary<Value>): fc.Arbitrary<TimeSeries[]> =>
  fc.array(
    fc
      .record({
        labels: fc.array(fc.tuple(anyText, anyText), {maxLength: 5}),
        help: anyText,
        unit: fc.option(fc.constantFrom('seconds', 'bytes'), {nil: undefined}),
        points: fc.array(fc.record({value, timestampMs: anyTime}), {maxLength: 5}),
      })
      .map(({points, ...series}) => ({...series, ...columnsOf(points)})),
    {maxLength: 5},
  );

export const anySeries = seriesOf(fc.oneof(anyValue, fc.constant('stale' as const)));
/** Without the NaNs, of which other encoders write another. */
export const anySeriesOfNumbers = seriesOf(anyValue.filter((value) => !Number.isNaN(value)));

/** One series with one point. */
export const point = (value: Value, timestampMs = 0): TimeSeries => ({
  labels: [],
  help: '',
  ...columnsOf([{value, timestampMs}]),
});

/** What the series are once they have been through UTF-8, which has no form for unpaired surrogates. */
export const wellFormed = (series: readonly TimeSeries[]): TimeSeries[] =>
  series.map(({labels, help, unit, ...points}) => ({
    labels: labels.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
    help: help.toWellFormed(),
    unit,
    ...points,
  }));

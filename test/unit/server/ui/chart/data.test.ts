import {expect, test} from 'vitest';
import type {JobSeries, SeriesValues} from '../../../../../src/server/api/shapes.ts';
import {chartData, highestOf, lonelyPoints} from '../../../../../src/server/ui/chart/data.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const none: SeriesValues = {mean: [], low: [], high: []};
const flat = (values: readonly (number | null)[]): SeriesValues => ({
  mean: values,
  low: values,
  high: values,
});

const seriesOf = (
  startsAtMs: readonly number[],
  download: SeriesValues,
  failed: readonly number[],
): JobSeries => ({
  job: 'wan',
  startsAtMs,
  values: {
    downloadBytesPerSecond: download,
    uploadBytesPerSecond: none,
    pingMs: none,
    jitterMs: none,
    downloadLatencyMs: none,
    uploadLatencyMs: none,
    packetLossPercent: none,
  },
  completed: startsAtMs.map(() => 1),
  failed,
  skipped: startsAtMs.map(() => 0),
});

const drawn = (series: JobSeries, stepMs: number, factor = 1) =>
  chartData(series, ['downloadBytesPerSecond'], {stepMs, factor});

test('steps are drawn at their middle, in the unit of the chart', () => {
  const data = drawn(seriesOf([0, minuteMs], {mean: [1, 2], low: [0, 1], high: [3, 4]}, [0, 2]), minuteMs, 8);
  expect(data).toEqual({
    timesS: [30, 90],
    lines: [{mean: [8, 16], low: [0, 8], high: [24, 32]}],
    failed: [0, 2],
  });
  expect(highestOf(data)).toBe(32);
});

test('a line breaks where nothing was measured for much longer than usual', () => {
  const starts = [0, 1, 2, 6, 7].map((hour) => hour * hourMs);
  const data = drawn(seriesOf(starts, flat([1, 1, 1, 1, 1]), [0, 0, 0, 0, 0]), minuteMs);
  expect(data.lines[0]?.mean).toEqual([1, 1, 1, null, 1, 1]);
  expect(data.timesS.map((time) => Math.round((10 * time) / 3600) / 10)).toEqual([0, 1, 2, 4, 6, 7]);
});

test('hourly tests in steps of a minute are no gaps', () => {
  const starts = [0, 1, 2, 3].map((hour) => hour * hourMs);
  expect(drawn(seriesOf(starts, flat([1, 1, 1, 1]), [0, 0, 0, 0]), minuteMs).timesS).toHaveLength(4);
});

test('a failed test breaks the line, and the values it leaves alone are dots', () => {
  const starts = [0, 1, 2, 3].map((hour) => hour * hourMs);
  const data = drawn(seriesOf(starts, flat([5, null, 6, 7]), [0, 1, 0, 0]), minuteMs);
  expect(lonelyPoints(data.lines[0]?.mean ?? [])).toEqual([0]);
});

test('without results there is nothing to draw', () => {
  const data = drawn(seriesOf([], none, []), minuteMs);
  expect(data.timesS).toEqual([]);
  expect(highestOf(data)).toBeUndefined();
});

import type {JobSeries, SeriesName} from '../../api/shapes.ts';

type Column = readonly (number | null)[];

export interface LineData {
  readonly mean: Column;
  readonly low: Column;
  readonly high: Column;
}

/** What one chart draws: all columns are as long as `timesS`. */
export interface ChartData {
  /** Unix seconds, going up. */
  readonly timesS: readonly number[];
  readonly lines: readonly LineData[];
  /** Failed tests of each step. */
  readonly failed: readonly number[];
}

/** A pause this many times as long as the usual one is a gap: nothing was measured there. */
const longPause = 2.5;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The places of a job's steps in its chart; undefined stands for a gap, which breaks the lines. */
const placesOf = (
  startsAtMs: readonly number[],
  stepMs: number,
): readonly {timeMs: number; index?: number}[] => {
  const pauses = startsAtMs.slice(1).map((time, index) => time - (startsAtMs[index] ?? time));
  const gapMs = longPause * Math.max(stepMs, median(pauses));
  return startsAtMs.flatMap((startMs, index) => {
    const timeMs = startMs + stepMs / 2;
    const pauseMs = pauses[index - 1] ?? 0;
    return pauseMs > gapMs ? [{timeMs: timeMs - pauseMs / 2}, {timeMs, index}] : [{timeMs, index}];
  });
};

/** The columns of a chart, with an empty row in each gap. Values are multiplied with `factor`. */
export const chartData = (
  series: JobSeries,
  names: readonly SeriesName[],
  {stepMs, factor}: {readonly stepMs: number; readonly factor: number},
): ChartData => {
  const places = placesOf(series.startsAtMs, stepMs);
  const column = (values: Column): Column =>
    places.map(({index}) => {
      const value = index === undefined ? null : (values[index] ?? null);
      return value === null ? null : value * factor;
    });
  return {
    timesS: places.map(({timeMs}) => timeMs / 1000),
    lines: names.map((name) => {
      const {mean, low, high} = series.values[name];
      return {mean: column(mean), low: column(low), high: column(high)};
    }),
    failed: places.map(({index}) => (index === undefined ? 0 : (series.failed[index] ?? 0))),
  };
};

/** The places of values that have none beside them: no line leads there, so that they need a dot. */
export const lonelyPoints = (values: Column): readonly number[] =>
  values.flatMap((value, index) =>
    value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null
      ? [index]
      : [],
  );

/** The highest of all that is drawn; undefined without any. */
export const highestOf = ({lines}: ChartData): number | undefined => {
  const values = lines.flatMap(({high}) => high.filter((value) => value !== null));
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
};

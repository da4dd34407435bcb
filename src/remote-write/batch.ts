import type {LiveSeries} from '../delivery/sink.ts';
import type {JournalRow} from '../journal/row.ts';
import type {Mapping} from '../metrics/map.ts';
import type {Sample} from '../metrics/sample.ts';
import type {SentLabels} from './labels.ts';
import {
  addPoint,
  createSeriesTable,
  type Metadata,
  type OpenSeries,
  type SeriesTable,
  type TimeSeries,
} from './series.ts';

/** A result's samples, and the series of each: undefined for one that is not sent. */
interface MappedResult {
  readonly samples: readonly Sample[];
  readonly series: readonly (OpenSeries | undefined)[];
}

/** A job's series that have not ended, by name. */
interface OpenJob {
  /** The last of its results in the batch so far. */
  readonly mapped?: MappedResult;
  /** Those that this result has. */
  readonly current: ReadonlySet<string>;
  /** Those that it has not, but whose last samples are not older than it: they end with a later one. */
  readonly lingering: readonly string[];
  readonly lastSampleMs: number;
}

/** The series of a request, and what is live once it has been taken, of the jobs that the request has results of. */
export interface BatchSeries {
  readonly series: readonly TimeSeries[];
  readonly live: readonly LiveSeries[];
}

/** Whether the samples are of the same series in the same order: label lists are compared by identity. */
const haveSameSeries = (samples: readonly Sample[], others: readonly Sample[]): boolean =>
  samples.length === others.length &&
  samples.every(({name, labels}, index) => name === others[index]?.name && labels === others[index]?.labels);

/**
 * Maps a result and finds its series in the table.
 * @param before the result of its job before it, whose list of series is used again where nothing has changed.
 */
const mapResult = (
  row: JournalRow,
  map: Mapping,
  table: SeriesTable,
  before: MappedResult | undefined,
): MappedResult => {
  const samples = map(row);
  const same = before !== undefined && haveSameSeries(samples, before.samples);
  return {samples, series: same ? before.series : samples.map(table.find)};
};

const nothingOpen: OpenJob = {current: new Set(), lingering: [], lastSampleMs: -Infinity};

const namesOf = ({series}: MappedResult): ReadonlySet<string> =>
  new Set(series.flatMap((each) => each?.seriesName ?? []));

/**
 * The rows' samples grouped by series, each at the time at which its test ended.
 *
 * A series that is live and that a result of its job has not, because a label changed or a value is missing, ends with a
 * stale marker at the result's time. Where that would not be later than the series' last sample, as with imported history,
 * it ends with a later result.
 * @param metadata what is known of metrics: see `createSeriesTable`.
 */
export const seriesOfBatch = (
  rows: readonly JournalRow[],
  map: Mapping,
  sentLabels: SentLabels,
  live: readonly LiveSeries[],
  metadata?: Map<string, Metadata>,
): BatchSeries => {
  const table = createSeriesTable(sentLabels, metadata);
  const sentUntilMs = new Map(
    live.flatMap(({series, lastSampleMs}) => series.map((name) => [name, lastSampleMs])),
  );
  const jobs = new Map<string, OpenJob>(
    live.map(({job, series, lastSampleMs}) => [job, {current: new Set(), lingering: series, lastSampleMs}]),
  );

  const isOpenElsewhere = (job: string, name: string): boolean =>
    [...jobs].some(
      ([other, {current, lingering}]) => other !== job && (current.has(name) || lingering.includes(name)),
    );

  /** Ends those series of a job that its result at that time does not have. Gives the ones that can't end yet. */
  const endOthers = (
    {current, lingering}: OpenJob,
    {job, endedAtMs}: JournalRow['result'],
    names: ReadonlySet<string>,
  ): readonly string[] =>
    [...current, ...lingering].filter((name) => {
      if (names.has(name) || isOpenElsewhere(job, name)) return false;
      const lastMs = Math.max(sentUntilMs.get(name) ?? -Infinity, table.lastPointMs(name) ?? -Infinity);
      if (lastMs >= endedAtMs) return true;
      const ended = table.named(name);
      if (ended !== undefined) addPoint(ended, 'stale', endedAtMs);
      return false;
    });

  for (const row of rows.toSorted((a, b) => a.result.endedAtMs - b.result.endedAtMs)) {
    const {job, endedAtMs} = row.result;
    const before = jobs.get(job) ?? nothingOpen;
    const mapped = mapResult(row, map, table, before.mapped);
    mapped.samples.forEach(({value}, index) => {
      const found = mapped.series[index];
      if (found !== undefined) addPoint(found, value, endedAtMs);
    });
    const lastSampleMs = Math.max(before.lastSampleMs, endedAtMs);
    if (mapped.series === before.mapped?.series && before.lingering.length === 0) {
      jobs.set(job, {...before, mapped, lastSampleMs});
      continue;
    }
    const current = namesOf(mapped);
    jobs.set(job, {mapped, current, lingering: endOthers(before, row.result, current), lastSampleMs});
  }
  return {
    series: table.filled(),
    live: [...jobs].flatMap(([job, {mapped, current, lingering, lastSampleMs}]) =>
      mapped === undefined ? [] : {job, lastSampleMs, series: [...current, ...lingering]},
    ),
  };
};

/**
 * All series of the rows with their values at one time, and the stale markers of the ended ones, given by their names:
 * a series that the rows have does not end.
 */
export const seriesAt = (
  rows: readonly JournalRow[],
  ended: readonly string[],
  map: Mapping,
  sentLabels: SentLabels,
  timestampMs: number,
  metadata?: Map<string, Metadata>,
): readonly TimeSeries[] => {
  const table = createSeriesTable(sentLabels, metadata);
  for (const sample of rows.flatMap(map)) {
    const found = table.find(sample);
    if (found !== undefined) addPoint(found, sample.value, timestampMs);
  }
  for (const name of ended) {
    const found = table.named(name);
    if (found !== undefined) addPoint(found, 'stale', timestampMs);
  }
  return table.filled();
};

/** The names of the series that a row has, each once. */
export const seriesNames = (
  row: JournalRow,
  map: Mapping,
  sentLabels: SentLabels,
  metadata?: Map<string, Metadata>,
): readonly string[] => [...namesOf(mapResult(row, map, createSeriesTable(sentLabels, metadata), undefined))];

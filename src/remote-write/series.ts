import type {Labels, Sample} from '../metrics/sample.ts';
import type {MetricType} from '../scrape/block.ts';
import type {SentLabels} from './labels.ts';
import {labelsNamed, nameOfLabels} from './series-name.ts';

/** What a series has at a time. `stale` tells the receiver that it has ended. */
export type Value = number | 'stale';

/** An example of what a series counts. Its time is Unix milliseconds, a whole number. */
export interface SentExemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number;
}

/**
 * One label set, `__name__` included, with its points in time order and no two at the same time.
 * The points are two lists of one length: a backlog has millions of them, too many for an object each.
 */
export interface TimeSeries {
  readonly labels: Labels;
  readonly help: string;
  readonly unit?: string | undefined;
  /** A gauge where it is left out. */
  readonly type?: MetricType;
  readonly values: readonly Value[];
  /** Unix milliseconds, whole numbers. */
  readonly timestampsMs: readonly number[];
  /** The time from which all its points count: Unix milliseconds, a whole number. */
  readonly createdMs?: number;
  readonly exemplars?: readonly SentExemplar[];
}

/**
 * What remote write 2.0 sends of a metric with each of its series:
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#metadata
 */
export type Metadata = Pick<TimeSeries, 'help' | 'unit' | 'type'>;

/** A series of a request that is being put together. */
export interface OpenSeries extends TimeSeries {
  /** See `nameOfLabels`. */
  readonly seriesName: string;
  help: string;
  unit?: string | undefined;
  type?: MetricType;
  readonly values: Value[];
  readonly timestampsMs: number[];
}

const entryOf = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
};

/** The series of one request, each label set once. */
export interface SeriesTable {
  /** The series that a sample belongs to; undefined where relabelling drops it. */
  find(sample: Sample): OpenSeries | undefined;
  /** The series of that name; undefined where it is no series' name. */
  named(seriesName: string): OpenSeries | undefined;
  /** The time of the last point of the series of that name, Unix milliseconds; undefined where it has none. */
  lastPointMs(seriesName: string): number | undefined;
  /** The series that have points, in the order in which they were first found. */
  filled(): readonly TimeSeries[];
}

const metricOf = (labels: Labels): string => labels.find(([name]) => name === '__name__')?.[1] ?? '';

/**
 * Two samples belong to one series when the labels that they are sent with are equal, be it that relabelling made them
 * so.
 * @param metadata what is known of metrics, by the names that they are sent with. Of those that samples are found for, it
 * is noted there: a series that is only named, because it ends, is to have the same.
 */
export const createSeriesTable = (
  sentLabels: SentLabels,
  metadata: Map<string, Metadata> = new Map(),
): SeriesTable => {
  type Family = Map<string, {readonly series: OpenSeries | undefined}>;
  const byName = new Map<string, OpenSeries>();
  // A result's samples share their label lists: each list is compared by its content once, and by identity after that.
  const familiesByContent = new Map<string, Family>();
  const familiesByList = new Map<Labels, Family>();

  const open = ({name, labels: own, help, unit, type}: Sample): OpenSeries | undefined => {
    const labels = sentLabels(name, own);
    if (labels === undefined) return undefined;
    const seriesName = nameOfLabels(labels);
    const described: Metadata = {help, unit, ...(type && {type})};
    metadata.set(metricOf(labels), described);
    const create = (): OpenSeries => ({seriesName, labels, ...described, values: [], timestampsMs: []});
    const found = entryOf(byName, seriesName, create);
    // One that was only named until now.
    if (found.help === '') Object.assign(found, described);
    return found;
  };

  return {
    find: (sample) => {
      const family = entryOf(familiesByList, sample.labels, () =>
        entryOf(familiesByContent, JSON.stringify(sample.labels), () => new Map()),
      );
      return entryOf(family, sample.name, () => ({series: open(sample)})).series;
    },
    named: (seriesName) => {
      const labels = labelsNamed(seriesName);
      if (labels === undefined) return undefined;
      const described = metadata.get(metricOf(labels)) ?? {help: ''};
      return entryOf(byName, seriesName, () => ({
        seriesName,
        labels,
        ...described,
        values: [],
        timestampsMs: [],
      }));
    },
    lastPointMs: (seriesName) => byName.get(seriesName)?.timestampsMs.at(-1),
    filled: () => [...byName.values()].filter(({values}) => values.length > 0),
  };
};

/**
 * Adds a point that is not earlier than the last. Of several values for one time the first stays, as it would at a
 * receiver; a stale marker gives way to any of them.
 */
export const addPoint = ({values, timestampsMs}: OpenSeries, value: Value, timestampMs: number): void => {
  const last = values.length - 1;
  if (timestampsMs[last] !== timestampMs) {
    values.push(value);
    timestampsMs.push(timestampMs);
  } else if (values[last] === 'stale') {
    values[last] = value;
  }
};

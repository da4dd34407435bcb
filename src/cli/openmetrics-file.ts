import {createWriteStream} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Config} from '../config/schema.ts';
import type {DatedSample} from '../exposition/openmetrics.ts';
import {streamOpenMetrics} from '../exposition/openmetrics-stream.ts';
import type {JournalRow} from '../journal/row.ts';
import type {Labels, Sample} from '../metrics/sample.ts';
import {mappingOf} from '../outputs.ts';
import {relabel} from '../relabel/relabel.ts';
import {createSentLabels, type SentLabels} from '../remote-write/labels.ts';

/** A result, and whose labels its samples are to have. */
export interface RowFor {
  readonly row: JournalRow;
  /** Names of destinations; more than one where they relabel differently. */
  readonly destinations: readonly string[];
}

/** The labels with which a destination gets its series; those of a Pushgateway as remote write would send them. */
const sentLabelsOf = ({labels, remote_write: destinations}: Config, name: string): SentLabels => {
  const rules = destinations.find((destination) => destination.name === name)?.writeRelabelConfigs ?? [];
  return createSentLabels(Object.entries(labels), (complete) => relabel(complete, rules));
};

/** A series as a destination gets it. */
interface SentSeries {
  readonly name: string;
  readonly labels: Labels;
  /** Tells it from all others. */
  readonly key: string;
}

const toSeries = (complete: Labels): SentSeries | undefined => {
  const name = complete.find(([label]) => label === '__name__')?.[1];
  const labels = complete.filter(([label]) => label !== '__name__');
  return name === undefined ? undefined : {name, labels, key: JSON.stringify([name, labels])};
};

/**
 * What a destination makes of each sample's series, undefined where it drops it. The mapping's lists of labels come
 * again.
 */
const createSentSeries = (sentLabels: SentLabels): ((sample: Sample) => SentSeries | undefined) => {
  const known = new WeakMap<Labels, Map<string, SentSeries | undefined>>();
  return ({name, labels: own}) => {
    const byName = known.get(own) ?? new Map<string, SentSeries | undefined>();
    known.set(own, byName);
    if (!byName.has(name)) byName.set(name, toSeries(sentLabels(name, own) ?? []));
    return byName.get(name);
  };
};

const dated = (sample: Sample, {name, labels}: SentSeries, timestampMs: number): DatedSample => {
  const {help, value} = sample;
  // A type and a unit demand a name that ends accordingly, which rules may have changed.
  return name === sample.name ? {...sample, labels, timestampMs} : {name, help, labels, value, timestampMs};
};

/** The results' samples as remote write sends them; of those that would be the same series at the same time, the first. */
async function* samplesOf(config: Config, rows: Iterable<RowFor>): AsyncGenerator<readonly DatedSample[]> {
  const map = mappingOf(config);
  const seriesOf = new Map(
    [...config.remote_write, ...config.pushgateway].map(({name}) => [
      name,
      createSentSeries(sentLabelsOf(config, name)),
    ]),
  );
  let atMs = Number.NaN;
  const written = new Set<string>();
  for (const {row, destinations} of rows) {
    const {endedAtMs} = row.result;
    if (endedAtMs !== atMs) written.clear();
    atMs = endedAtMs;
    const samples = map(row);
    yield destinations.flatMap((destination) =>
      samples.flatMap((sample) => {
        const series = seriesOf.get(destination)?.(sample);
        if (series === undefined || written.has(series.key)) return [];
        written.add(series.key);
        return dated(sample, series, endedAtMs);
      }),
    );
  }
}

/**
 * Writes results' samples in OpenMetrics to a file, or to standard output where `output` is `-`, for
 * `promtool tsdb create-blocks-from openmetrics`.
 * @param rows in the order of their times.
 */
export const writeOpenMetrics = async (
  config: Config,
  rows: Iterable<RowFor>,
  output: string,
): Promise<void> => {
  const text = Readable.from(streamOpenMetrics(samplesOf(config, rows)), {objectMode: false});
  if (output === '-') await pipeline(text, process.stdout, {end: false});
  else await pipeline(text, createWriteStream(output));
};

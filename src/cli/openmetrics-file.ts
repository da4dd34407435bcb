import {createWriteStream} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Config} from '../config/schema.ts';
import type {DatedSample} from '../exposition/openmetrics.ts';
import {streamOpenMetrics} from '../exposition/openmetrics-stream.ts';
import type {JournalRow} from '../journal/journal.ts';
import type {Sample} from '../metrics/sample.ts';
import {mappingOf} from '../outputs.ts';
import {relabel} from '../relabel/relabel.ts';
import {createSentLabels, type SentLabels} from '../remote-write/labels.ts';

/** A result, and whose labels its samples are to have. */
export interface RowFor {
  readonly row: JournalRow;
  /** Names of destinations; more than one where they relabel differently. */
  readonly destinations: readonly string[];
}

/** The labels with which a destination gets its series. */
const sentLabelsOf = ({labels, remote_write: destinations}: Config, name: string): SentLabels => {
  const rules = destinations.find((destination) => destination.name === name)?.writeRelabelConfigs ?? [];
  return createSentLabels(Object.entries(labels), (complete) => relabel(complete, rules));
};

const sentSample = (sample: Sample, sentLabels: SentLabels, timestampMs: number): DatedSample | undefined => {
  const sent = sentLabels(sample.name, sample.labels) ?? [];
  const name = sent.find(([label]) => label === '__name__')?.[1];
  if (name === undefined) return undefined;
  const labels = sent.filter(([label]) => label !== '__name__');
  const {help, value} = sample;
  // A type and a unit demand a name that ends accordingly, which rules may have changed.
  return name === sample.name ? {...sample, labels, timestampMs} : {name, help, labels, value, timestampMs};
};

/** The results' samples as remote write sends them; of those that would be the same series at the same time, the first. */
async function* samplesOf(config: Config, rows: Iterable<RowFor>): AsyncGenerator<readonly DatedSample[]> {
  const map = mappingOf(config);
  const sentLabels = new Map(config.remote_write.map(({name}) => [name, sentLabelsOf(config, name)]));
  let atMs = Number.NaN;
  const written = new Set<string>();
  for (const {row, destinations} of rows) {
    const {endedAtMs} = row.result;
    if (endedAtMs !== atMs) written.clear();
    atMs = endedAtMs;
    yield destinations
      .flatMap((destination) => {
        const labels = sentLabels.get(destination);
        return labels === undefined
          ? []
          : map(row).flatMap((sample) => sentSample(sample, labels, endedAtMs) ?? []);
      })
      .filter(({name, labels}) => {
        const series = JSON.stringify([name, labels]);
        return !written.has(series) && written.add(series);
      });
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

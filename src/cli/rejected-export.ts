import {createWriteStream} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Config} from '../config/schema.ts';
import type {DatedSample} from '../exposition/openmetrics.ts';
import {streamOpenMetrics} from '../exposition/openmetrics-stream.ts';
import type {Journal, JournalRow} from '../journal/journal.ts';
import type {Sample} from '../metrics/sample.ts';
import {mappingOf} from '../outputs.ts';
import {relabel} from '../relabel/relabel.ts';
import {createSentLabels, type SentLabels} from '../remote-write/labels.ts';

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

/** The numbers of the rejected results that are kept, oldest first, and who refused each. */
const rejectedResults = (
  journal: Journal,
  names: readonly string[],
): readonly {readonly id: number; readonly refusedBy: readonly string[]}[] => {
  const refusedBy = new Map<number, string[]>();
  for (const name of names) {
    for (const {resultId} of journal.rejections(name)) {
      refusedBy.set(resultId, [...(refusedBy.get(resultId) ?? []), name]);
    }
  }
  return [...refusedBy]
    .flatMap(([id, by]) => {
      const row = journal.result(id);
      return row === undefined ? [] : [{id, refusedBy: by, endedAtMs: row.result.endedAtMs}];
    })
    .sort((a, b) => a.endedAtMs - b.endedAtMs);
};

/** The rejected results' samples as remote write would have sent them; once, where several destinations refused them. */
async function* rejectedSamples(
  config: Config,
  journal: Journal,
  names: readonly string[],
): AsyncGenerator<readonly DatedSample[]> {
  const map = mappingOf(config);
  const sentLabels = new Map(names.map((name) => [name, sentLabelsOf(config, name)]));
  const samplesOf = (row: JournalRow, destination: string): readonly DatedSample[] => {
    const labels = sentLabels.get(destination);
    if (labels === undefined) return [];
    return map(row).flatMap((sample) => sentSample(sample, labels, row.result.endedAtMs) ?? []);
  };
  let atMs = 0;
  const written = new Set<string>();
  for (const {id, refusedBy} of rejectedResults(journal, names)) {
    const row = journal.result(id);
    if (row === undefined) continue;
    if (row.result.endedAtMs !== atMs) written.clear();
    atMs = row.result.endedAtMs;
    yield refusedBy
      .flatMap((destination) => samplesOf(row, destination))
      .filter(({name, labels}) => {
        const series = JSON.stringify([name, labels]);
        return !written.has(series) && written.add(series);
      });
  }
}

/** Writes the rejected results' samples in OpenMetrics to a file, or to standard output where `output` is `-`. */
export const exportRejected = async (
  config: Config,
  journal: Journal,
  names: readonly string[],
  output: string,
): Promise<void> => {
  const text = Readable.from(streamOpenMetrics(rejectedSamples(config, journal, names)), {objectMode: false});
  if (output === '-') await pipeline(text, process.stdout, {end: false});
  else await pipeline(text, createWriteStream(output));
};

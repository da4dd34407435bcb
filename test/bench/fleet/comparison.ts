import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {type ExportedSeries, exportSeries} from '../../peers/victoria-metrics.ts';
import {map} from '../recorded.ts';
import {journalOf} from './probe.ts';

/** A receiver held against the journals of a fleet. */
export interface Comparison {
  readonly results: number;
  /** Samples of these results. */
  readonly samples: number;
  /** Those of them that the receiver has not, at their time with their value. */
  readonly lost: number;
  /** Samples that it has at these times besides: those of no result, or twice there. */
  readonly unexpected: number;
  /** How many times there are, of all probes, at which the receiver has samples but no test ended. */
  readonly repeats: number;
  /** Of all probes. */
  readonly series: number;
}

const keyOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).sort());

const sampleKey = (series: string, timestampMs: number): string => `${timestampMs} ${series}`;

const samplesOfRows = (rows: readonly JournalRow[], instance: string): ReadonlyMap<string, number> => {
  const samples = new Map<string, number>();
  for (const row of rows) {
    for (const {name, labels, value} of map(row)) {
      const series = keyOf({__name__: name, job: 'speedtest', instance, ...Object.fromEntries(labels)});
      samples.set(sampleKey(series, row.result.endedAtMs), value);
    }
  }
  return samples;
};

/** VictoriaMetrics keeps numbers as decimal ones, which changes the last bit of a few. */
const isSame = (found: number, wanted: number | undefined): boolean =>
  wanted !== undefined && Math.abs(found - wanted) <= Math.abs(wanted) * Number.EPSILON;

const compareProbe = (rows: readonly JournalRow[], instance: string, exported: readonly ExportedSeries[]) => {
  const wanted = samplesOfRows(rows, instance);
  const tests = new Set(rows.map(({result}) => result.endedAtMs));
  const found = new Set<string>();
  const repeats = new Set<number>();
  let samplesOfTests = 0;
  for (const {labels, samples} of exported) {
    const series = keyOf(labels);
    for (const [timestampMs, value] of samples) {
      const isStaleMarker = value === null;
      if (isStaleMarker) continue;
      if (!tests.has(timestampMs)) {
        repeats.add(timestampMs);
        continue;
      }
      samplesOfTests += 1;
      const sample = sampleKey(series, timestampMs);
      if (isSame(value, wanted.get(sample))) found.add(sample);
    }
  }
  return {
    results: rows.length,
    samples: wanted.size,
    lost: wanted.size - found.size,
    unexpected: samplesOfTests - found.size,
    repeats: repeats.size,
    series: exported.length,
  };
};

const probesAtOnce = 100;

/** Asks the receiver at `url` for all that it has of these probes. */
export const compareFleet = async (
  instances: readonly string[],
  folder: string,
  url: string,
): Promise<Comparison> => {
  const total = {results: 0, samples: 0, lost: 0, unexpected: 0, repeats: 0, series: 0};
  for (let first = 0; first < instances.length; first += probesAtOnce) {
    const some = instances.slice(first, first + probesAtOnce);
    const exported = await exportSeries(url, `{instance=~"${some.join('|')}"}`);
    for (const instance of some) {
      const journal = openJournal(journalOf(folder, instance));
      const rows = journal.after(0, Number.MAX_SAFE_INTEGER);
      journal.close();
      const own = exported.filter(({labels}) => labels['instance'] === instance);
      const one = compareProbe(rows, instance, own);
      total.results += one.results;
      total.samples += one.samples;
      total.lost += one.lost;
      total.unexpected += one.unexpected;
      total.repeats += one.repeats;
      total.series += one.series;
    }
  }
  return total;
};

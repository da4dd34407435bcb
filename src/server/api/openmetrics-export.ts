import {formatLabels} from '../../exposition/format.ts';
import {familyHead, sampleLine, type TimedSample} from '../../exposition/openmetrics.ts';
import type {JournalRow} from '../../journal/journal.ts';

/** The samples of one family, as numbers: texts of a million of them would take hundreds of megabytes. */
interface Family {
  readonly head: string;
  readonly series: Map<string, {readonly values: number[]; readonly timesMs: (number | undefined)[]}>;
}

// At 16 bytes each.
const mostSamples = 4_000_000;
const linesAtOnce = 1000;

const collect = (family: Family, {labels, value, timestampMs}: TimedSample): void => {
  const key = formatLabels(labels);
  const series = family.series.get(key) ?? {values: [], timesMs: []};
  family.series.set(key, series);
  series.values.push(value);
  series.timesMs.push(timestampMs);
};

function* textOf(name: string, {head, series}: Family): Generator<string> {
  yield head;
  for (const [labels, {values, timesMs}] of series) {
    for (let start = 0; start < values.length; start += linesAtOnce) {
      yield values
        .slice(start, start + linesAtOnce)
        .map((value, index) => sampleLine(name, labels, value, timesMs[start + index]))
        .join('');
    }
  }
}

/**
 * Writes many results in OpenMetrics 1.0. The format wants each family's samples together, so the results are read as often
 * as it takes to write all families, as many at a time as memory allows.
 * @param rows begins to read the results anew, oldest first.
 * @param count how many there are, or more.
 */
export async function* openMetricsOf(
  rows: () => AsyncIterable<readonly JournalRow[]>,
  count: number,
  samplesOf: (row: JournalRow) => readonly TimedSample[],
): AsyncGenerator<string> {
  const familiesAtOnce = Math.max(1, Math.floor(mostSamples / Math.max(1, count)));
  const written = new Set<string>();
  for (let isComplete = false; !isComplete; ) {
    isComplete = true;
    const families = new Map<string, Family>();
    for await (const some of rows()) {
      for (const sample of some.flatMap(samplesOf)) {
        const {name} = sample;
        if (written.has(name)) continue;
        let family = families.get(name);
        if (family === undefined && families.size < familiesAtOnce) {
          family = {head: familyHead(sample), series: new Map()};
          families.set(name, family);
        }
        if (family === undefined) isComplete = false;
        else collect(family, sample);
      }
    }
    for (const [name, family] of families) {
      yield* textOf(name, family);
      written.add(name);
    }
  }
  yield '# EOF\n';
}

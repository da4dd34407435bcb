import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Labels} from '../metrics/sample.ts';
import {formatLabels} from './format.ts';
import {type DatedSample, familyHead, sampleLine} from './openmetrics.ts';
import {createSpool, type Point, type Spool, type SpoolSettings, type Track} from './spool.ts';

interface Family {
  readonly head: string;
  /** By their labels, as they are written. */
  readonly series: Map<string, Track>;
  /** The same by lists of labels, which take long to write. */
  readonly known: WeakMap<Labels, Track>;
}

const familyOf = (sample: DatedSample): Family => ({
  head: familyHead(sample),
  series: new Map(),
  known: new WeakMap(),
});

const trackOf = ({series, known}: Family, labels: Labels): Track => {
  const before = known.get(labels);
  if (before !== undefined) return before;
  const key = formatLabels(labels);
  const track = series.get(key) ?? {blocks: [], rest: []};
  series.set(key, track);
  known.set(labels, track);
  return track;
};

// A socket takes them as they come, and each costs it a packet.
const leastPiece = 65_536;

/** Joins texts to pieces that are worth sending, and lets others have their turn in between. */
async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < leastPiece) continue;
    yield piece;
    piece = '';
    await nextTurn();
  }
  yield piece;
}

const linesOf = (name: string, labels: string, points: readonly Point[]): string =>
  points.map(([value, timeMs]) => sampleLine(name, labels, value, timeMs)).join('');

async function* textOf(batches: AsyncIterable<readonly DatedSample[]>, spool: Spool): AsyncGenerator<string> {
  const families = new Map<string, Family>();
  // The first series of the first family is written as it comes.
  let first: {readonly track: Track; readonly labels: string} | undefined;
  for await (const samples of batches) {
    let text = '';
    for (const sample of samples) {
      const {name, value, timestampMs} = sample;
      let family = families.get(name);
      if (family === undefined) {
        family = familyOf(sample);
        families.set(name, family);
      }
      const track = trackOf(family, sample.labels);
      if (first === undefined) {
        first = {track, labels: formatLabels(sample.labels)};
        text = family.head;
      }
      if (track === first.track) text += sampleLine(name, first.labels, value, timestampMs);
      else spool.add(track, [value, timestampMs]);
    }
    yield text;
    await spool.spill();
  }
  for (const [name, {head, series}] of families) {
    if (series.values().next().value !== first?.track) yield head;
    for (const [labels, track] of series) {
      for await (const points of spool.read(track)) yield linesOf(name, labels, points);
    }
  }
  yield '# EOF\n';
}

/**
 * Writes any number of samples in OpenMetrics 1.0, as `encodeOpenMetrics` does. The format wants each family's samples
 * together, and within it each series': all but those of the first are kept until it is their turn, as numbers, in a
 * temporary file where they are many. Memory grows with the number of series only.
 * @param batches some milliseconds' work each; those of a series in the order of their times.
 */
export async function* streamOpenMetrics(
  batches: AsyncIterable<readonly DatedSample[]>,
  settings?: Partial<SpoolSettings>,
): AsyncGenerator<string> {
  const spool = createSpool(settings);
  try {
    yield* inPieces(textOf(batches, spool));
  } finally {
    await spool.close();
  }
}

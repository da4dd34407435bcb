import type {Labels} from '../metrics/sample.ts';
import type {Block, Exemplar, ScrapedSeries} from '../scrape/block.ts';
import {staleIn} from '../scrape/page/sample-values.ts';
import type {SentExemplar, TimeSeries} from './series.ts';

/** Some series of a block: from one up to another. */
export interface Piece {
  readonly block: Block;
  readonly from: number;
  readonly to: number;
}

/** What is sent with every sample of a scraped series, or undefined where relabelling drops it. */
export const describeSeries = (
  {labels, family}: ScrapedSeries,
  sentLabels: (labels: Labels) => Labels | undefined,
): Pick<TimeSeries, 'labels' | 'help' | 'unit' | 'type'> | undefined => {
  const sent = sentLabels(labels);
  return sent && {labels: sent, help: family.help, unit: family.unit || undefined, type: family.type};
};

/** A time of a column that has none for some series. */
export const timeIn = (column: Float64Array | undefined, index: number): number | undefined => {
  const timeMs = column?.[index];
  return timeMs === undefined || Number.isNaN(timeMs) ? undefined : timeMs;
};

const exemplarsBySeries = (exemplars: readonly Exemplar[]): ReadonlyMap<number, readonly Exemplar[]> => {
  const found = new Map<number, Exemplar[]>();
  for (const exemplar of exemplars) {
    const others = found.get(exemplar.index);
    if (others === undefined) found.set(exemplar.index, [exemplar]);
    else others.push(exemplar);
  }
  return found;
};

/**
 * The samples of a piece of a block, each as a series of its own, without those that relabelling drops.
 * An exemplar without a time has its sample's: remote write 2.0, "Exemplars". One after the other, for as objects they
 * take many times their bytes.
 */
export function* seriesOfPiece(
  {block, from, to}: Piece,
  sentLabels: (labels: Labels) => Labels | undefined,
  withExemplars: boolean,
): Generator<TimeSeries> {
  const {layout, timeMs, timestampsMs, createdMs} = block;
  const isEnded = staleIn(block.values);
  const exemplars = exemplarsBySeries(withExemplars ? (block.exemplars ?? []) : []);
  for (let index = from; index < to; index += 1) {
    const described = describeSeries(layout.seriesAt(index), sentLabels);
    if (described === undefined) continue;
    const atMs = timeIn(timestampsMs, index) ?? timeMs;
    const created = timeIn(createdMs, index);
    const own = exemplars.get(index);
    yield {
      ...described,
      values: [isEnded(index) ? 'stale' : (block.values[index] ?? 0)],
      timestampsMs: [atMs],
      ...(created !== undefined && {createdMs: created}),
      ...(own !== undefined && {
        exemplars: own.map(
          ({labels, value, timestampMs = atMs}): SentExemplar => ({labels, value, timestampMs}),
        ),
      }),
    };
  }
}

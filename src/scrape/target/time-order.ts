import type {Block, Layout} from '../block.ts';
import {createLayout} from '../layout.ts';

/** When the series of a layout were last given a sample: each at its time, or all at the newest. Unix milliseconds. */
interface Seen {
  readonly layout: Layout;
  readonly newestMs: number;
  readonly timesMs?: Float64Array;
}

const timesOf = ({layout, timeMs, timestampsMs}: Block): Float64Array =>
  Float64Array.from({length: layout.size}, (_, place) => {
    const ownMs = timestampsMs?.[place] ?? Number.NaN;
    return Number.isNaN(ownMs) ? timeMs : ownMs;
  });

const keyOf = (layout: Layout, place: number): string => JSON.stringify(layout.seriesAt(place).labels);

/** When each of a layout's series was last given a sample; NaN for those that were not. */
const lastTimes = (layout: Layout, seen: Seen): Float64Array => {
  const seenMs = (place: number): number => seen.timesMs?.[place] ?? seen.newestMs;
  if (layout.key === seen.layout.key)
    return Float64Array.from({length: layout.size}, (_, place) => seenMs(place));
  const known = new Map<string, number>();
  for (let place = 0; place < seen.layout.size; place += 1)
    known.set(keyOf(seen.layout, place), seenMs(place));
  return Float64Array.from(
    {length: layout.size},
    (_, place) => known.get(keyOf(layout, place)) ?? Number.NaN,
  );
};

/** Of a block only the series at these places. Values are moved as bits, for a NaN may lose some as a number. */
const pick = (block: Block, places: readonly number[]): Block => {
  const bits = new BigUint64Array(block.values.buffer, block.values.byteOffset, block.values.length);
  const column = (from: Float64Array): Float64Array =>
    Float64Array.from(places, (place) => from[place] ?? Number.NaN);
  const placeOf = new Map(places.map((place, index) => [place, index]));
  return {
    layout: createLayout(places.map(block.layout.seriesAt)),
    timeMs: block.timeMs,
    values: new Float64Array(BigUint64Array.from(places, (place) => bits[place] ?? 0n).buffer),
    ...(block.timestampsMs && {timestampsMs: column(block.timestampsMs)}),
    ...(block.createdMs && {createdMs: column(block.createdMs)}),
    ...(block.exemplars && {
      exemplars: block.exemplars.flatMap(({index, ...exemplar}) => {
        const place = placeOf.get(index);
        return place === undefined ? [] : [{...exemplar, index: place}];
      }),
    }),
  };
};

/**
 * Leaves out samples that are older than the last of their series, which a page with timestamps of its own can have:
 * senders have to send them in order (remote write 1.0, "Ordering"), and no receiver would take them.
 */
export const createTimeOrder = (): ((block: Block) => Block) => {
  let seen: Seen | undefined;
  return (block) => {
    const {layout, timeMs} = block;
    if (block.timestampsMs === undefined && timeMs >= (seen?.newestMs ?? -Infinity)) {
      seen = {layout, newestMs: timeMs};
      return block;
    }
    const timesMs = timesOf(block);
    const beforeMs = seen && lastTimes(layout, seen);
    const kept: number[] = [];
    let newestMs = -Infinity;
    timesMs.forEach((atMs, place) => {
      const lastMs = beforeMs?.[place] ?? Number.NaN;
      if (atMs < lastMs) timesMs[place] = lastMs;
      else kept.push(place);
      newestMs = Math.max(newestMs, atMs, Number.isNaN(lastMs) ? atMs : lastMs);
    });
    seen = {layout, newestMs, timesMs};
    return kept.length === layout.size ? block : pick(block, kept);
  };
};

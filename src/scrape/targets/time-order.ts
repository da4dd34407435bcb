import type {Block, Layout} from '../block.ts';
import {createLayout} from '../layout.ts';
import {createLiveSeries, keyOf} from './live-series.ts';

/** When the series of a layout were last given a sample: each at its time, or all at the newest. Unix milliseconds. */
interface Seen {
  readonly layout: Layout;
  readonly newestMs: number;
  readonly timesMs?: Float64Array;
}

/** What is sent of a scrape. */
export interface ScrapedBlocks {
  /** What the target has, and what the scrape says of itself. */
  readonly all: readonly Block[];
  /** The same in the order of time, without samples that would go back; and with the ends of series that there are no more. */
  readonly blocks: readonly Block[];
  /** How many samples these are without. */
  readonly leftOut: number;
}

const ownTime = ({timestampsMs}: Block, place: number): number => timestampsMs?.[place] ?? Number.NaN;

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

/** The order in which the samples of a target are forwarded. */
export interface TimeOrder {
  /**
   * @param page what a target has at `timeMs`; absent where it could not be scraped.
   * @param vanished the places of those series of the page before that this one has not.
   * @param report what the scrape says of itself, of the same time.
   */
  scrape(timeMs: number, page: Block | undefined, vanished: readonly number[], report: Block): ScrapedBlocks;
  /**
   * The ends of all series behind all scrapes in order: at `nowMs`, or where that is not behind them, at the first time that
   * is; but for scrapes that were more than ten minutes ahead.
   * @param endReports ends the series that scrapes say of themselves.
   */
  end(nowMs: number, endReports: (timeMs: number) => readonly Block[]): readonly Block[];
}

// Prometheus takes no samples that are further ahead of its clock: `maxAheadTime` of its storage/remote/write_handler.go.
const maxAheadMs = 600_000;

/**
 * Leaves out samples that are older than the last of their series, which a page with timestamps of its own can have, and where
 * the clock was set back all that has the time of the scrape: senders have to send samples in order (remote write 1.0,
 * "Ordering"), and no receiver would take them. What ends meanwhile, of what was sent before, ends with the first scrape that is
 * in order; of what comes and goes meanwhile, nobody has heard.
 *
 * A time that is more than ten minutes ahead of a scrape's is as if it had never been: a clock was wrong then, or is now. Its
 * samples have hardly been taken, and to wait until they are past would stop a target for as long as it was wrong by.
 * @param tracksTimestamps as for `createLiveSeries`.
 */
export const createTimeOrder = (tracksTimestamps: boolean): TimeOrder => {
  let seen: Seen | undefined;
  /** The newest time of a scrape. */
  let reachedMs = -Infinity;
  /** The series of the last scrape in order. */
  const sent = createLiveSeries(tracksTimestamps);
  let wasLate = false;

  const pageInOrder = (page: Block, isLate: boolean): Block | undefined => {
    const {layout, timeMs} = page;
    if (page.timestampsMs === undefined && isLate) return undefined;
    if (page.timestampsMs === undefined && timeMs >= (seen?.newestMs ?? -Infinity)) {
      seen = {layout, newestMs: timeMs};
      return page;
    }
    const timesMs = new Float64Array(layout.size);
    const beforeMs = seen && lastTimes(layout, seen);
    const kept: number[] = [];
    let newestMs = -Infinity;
    for (let place = 0; place < layout.size; place += 1) {
      const ownMs = ownTime(page, place);
      const isOwn = !Number.isNaN(ownMs);
      const atMs = isOwn ? ownMs : timeMs;
      const lastMs = beforeMs?.[place] ?? Number.NaN;
      const isBehind = atMs < lastMs && lastMs <= timeMs + maxAheadMs;
      const isKept = !isBehind && (isOwn || !isLate);
      if (isKept) kept.push(place);
      const newMs = isKept ? atMs : lastMs;
      timesMs[place] = newMs;
      if (newMs > newestMs) newestMs = newMs;
    }
    seen = {layout, newestMs, timesMs};
    return kept.length === layout.size ? page : pick(page, kept);
  };

  // Also at the same time, to which a clock comes once more that is set back by a multiple of the interval.
  const isLateAt = (timeMs: number): boolean => timeMs <= reachedMs && reachedMs <= timeMs + maxAheadMs;

  /** The ends of what was sent and a page in order has no more. After late ones, which are not sent, all of it is compared. */
  const endsBefore = (
    timeMs: number,
    page: Block | undefined,
    vanished: readonly number[],
  ): readonly Block[] => (page ? sent.replace(page, wasLate ? undefined : vanished) : sent.end(timeMs));

  return {
    scrape: (timeMs, page, vanished, report) => {
      const isLate = isLateAt(timeMs);
      const inOrder = page && pageInOrder(page, isLate);
      const timed = isLate ? [] : [...endsBefore(timeMs, page, vanished), report];
      if (!isLate) reachedMs = timeMs;
      wasLate = isLate;
      const blocks = [...(inOrder ? [inOrder] : []), ...timed].filter(({layout}) => layout.size > 0);
      const lateReport = isLate ? report.layout.size : 0;
      const leftOut = (page?.layout.size ?? 0) - (inOrder?.layout.size ?? 0) + lateReport;
      return {all: [...(page ? [page] : []), report], blocks, leftOut};
    },
    end: (nowMs, endReports) => {
      const timeMs = isLateAt(nowMs) ? reachedMs + 1 : nowMs;
      return [...sent.end(timeMs), ...endReports(timeMs)];
    },
  };
};

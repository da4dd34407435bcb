import type {Block, Layout} from '../block.ts';
import {createLayout} from '../layout.ts';
import {staleValues} from '../page/sample-values.ts';

/** The series of a target that receivers hold to be there. */
export interface LiveSeries {
  /**
   * Takes note of what a scrape brought. Gives the ends of those that it has no more.
   * @param vanished their places in what was noted before, where they are known.
   */
  replace(block: Block, vanished?: readonly number[]): readonly Block[];
  /** Ends all of them. */
  end(timeMs: number): readonly Block[];
}

const endOf = (layout: Layout, timeMs: number): Block => ({
  layout,
  timeMs,
  values: staleValues(layout.size),
});

const placesIn = ({values}: Block): readonly number[] => [...values.keys()];

/** What tells a series of a layout from all others. */
export const keyOf = (layout: Layout, place: number): string => JSON.stringify(layout.seriesAt(place).labels);

/** The places of those series of a block that another one has not. */
const lackedBy = (other: Block, block: Block): readonly number[] => {
  const present = new Set(placesIn(other).map((place) => keyOf(other.layout, place)));
  return placesIn(block).filter((place) => !present.has(keyOf(block.layout, place)));
};

/**
 * @param tracksTimestamps whether series that come with times of their own are ended too. By default they are not, as
 * in Prometheus, for nobody knows when they would come next.
 */
export const createLiveSeries = (tracksTimestamps: boolean): LiveSeries => {
  let last: Block | undefined;

  const hasOwnTime = ({timestampsMs}: Block, place: number): boolean =>
    !tracksTimestamps && !Number.isNaN(timestampsMs?.[place] ?? Number.NaN);

  const endSome = (of: Block, places: readonly number[], timeMs: number): readonly Block[] => {
    const ending = places.filter((place) => !hasOwnTime(of, place));
    if (ending.length === 0) return [];
    if (ending.length === of.layout.size) return [endOf(of.layout, timeMs)];
    return [endOf(createLayout(ending.map(of.layout.seriesAt)), timeMs)];
  };

  return {
    replace: (block, vanished) => {
      const ended = last === undefined ? [] : endSome(last, vanished ?? lackedBy(block, last), block.timeMs);
      last = block;
      return ended;
    },
    end: (timeMs) => {
      const of = last;
      last = undefined;
      if (of === undefined) return [];
      return endSome(of, placesIn(of), timeMs);
    },
  };
};

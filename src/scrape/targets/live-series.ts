import type {Block, Layout} from '../block.ts';
import {createLayout} from '../layout.ts';
import {staleValues} from '../page/sample-values.ts';

/** The series of a target that receivers hold to be there. */
export interface LiveSeries {
  /** Takes note of what a scrape brought, and which series of the last one it has no more. Gives the ends of these. */
  replace(block: Block, vanished: readonly number[]): readonly Block[];
  /** Ends all of them. */
  end(timeMs: number): readonly Block[];
}

/** The end of each series of a layout. */
export const endOf = (layout: Layout, timeMs: number): Block => ({
  layout,
  timeMs,
  values: staleValues(layout.size),
});

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
      const ended = last === undefined ? [] : endSome(last, vanished, block.timeMs);
      last = block;
      return ended;
    },
    end: (timeMs) => {
      const of = last;
      last = undefined;
      if (of === undefined) return [];
      return endSome(of, [...of.values.keys()], timeMs);
    },
  };
};

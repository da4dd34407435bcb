import type {Block, Layout} from '../block.ts';
import {createLayoutBuilder} from '../layout.ts';
import {endOf} from './live-series.ts';

/** The ends of series that could not be sent when they were due. */
export interface OwedEnds {
  /** Takes note of ends that can't be sent now. */
  add(ended: readonly Block[]): void;
  /** All of them, now at `timeMs`, but for the series of `others`, which have come back or end anyway. None is owed then. */
  settle(timeMs: number, others: readonly Block[]): readonly Block[];
}

export const createOwedEnds = (): OwedEnds => {
  const owed = new Set<Layout>();
  return {
    add: (ended) => {
      for (const {layout} of ended) owed.add(layout);
    },
    settle: (timeMs, others) => {
      if (owed.size === 0) return [];
      const present = createLayoutBuilder();
      for (const {layout} of others)
        for (let place = 0; place < layout.size; place += 1) present.addOnce(layout.seriesAt(place));
      const ending = createLayoutBuilder();
      for (const layout of owed) {
        for (let place = 0; place < layout.size; place += 1) {
          const series = layout.seriesAt(place);
          if (!present.has(series.labels)) ending.addOnce(series);
        }
      }
      owed.clear();
      return ending.size() === 0 ? [] : [endOf(ending.finish(), timeMs)];
    },
  };
};

import {duration} from '../quantity.ts';
import {fitting} from './progress.ts';

export interface CountProgress {
  readonly done: number;
  readonly total: number;
  /** What there is to tell besides, the most important first. */
  readonly details: readonly string[];
  readonly elapsedMs: number;
}

/** One line of at most so many columns that shows how many of them are done, and how long the rest will take. */
export const countLine = ({done, total, details, elapsedMs}: CountProgress, columns: number): string => {
  const fraction = total === 0 ? 1 : done / total;
  const left = done === 0 ? [] : [`${duration(elapsedMs / fraction - elapsedMs)} left`];
  const count = `${String(done).padStart(String(total).length)} of ${total}`;
  return fitting('', fraction, [count, ...left, ...details], columns);
};

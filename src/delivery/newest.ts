import type {JournalRow} from '../journal/row.ts';

/** The newest of each job among the rows; of two that ended at once, the later in the list. */
export const newestOfJobs = (rows: readonly JournalRow[]): readonly JournalRow[] => {
  const newest = new Map<string, JournalRow>();
  for (const row of rows) {
    const other = newest.get(row.result.job);
    if (other === undefined || row.result.endedAtMs >= other.result.endedAtMs)
      newest.set(row.result.job, row);
  }
  return [...newest.values()];
};

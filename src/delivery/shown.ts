import type {Journal, LiveResult} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {newestOfJobs} from './newest.ts';
import type {LiveSeries, Sink} from './sink.ts';

/** What a destination shows of a job: the series that are live there, and whose result's they are. */
export interface Shown extends LiveSeries {
  /** The newest result that it was sent. */
  readonly resultId: number;
  /** Undefined where the journal has lost it. */
  readonly row: JournalRow | undefined;
}

/** What a destination shows at present. */
export const shownBy = (journal: Journal, {name, timeline}: Sink): readonly Shown[] => {
  if (timeline === undefined) return [];
  return journal.live(name).map((live) => {
    const row = journal.result(live.resultId);
    // Those that an older version sent are taken to be what they would be now.
    return {...live, row, series: live.series ?? (row === undefined ? [] : timeline.seriesOf(row))};
  });
};

/**
 * What a batch changes, once it has been taken. Of a job the newest result is shown: an older one, of imported history, does
 * not replace it.
 * @param live what is live then of the batch's jobs.
 */
export const changesBy = (
  rows: readonly JournalRow[],
  live: readonly LiveSeries[],
  before: readonly Shown[],
): readonly Shown[] => {
  const newest = newestOfJobs([...before.flatMap(({row}) => row ?? []), ...rows]);
  return live.flatMap((each) => {
    const row = newest.find(({result}) => result.job === each.job);
    return row === undefined ? [] : {...each, row, resultId: row.id};
  });
};

/** What is shown after changes. */
export const shownAfter = (before: readonly Shown[], changes: readonly Shown[]): readonly Shown[] => [
  ...before.filter(({job}) => changes.every((change) => change.job !== job)),
  ...changes.filter(({series}) => series.length > 0),
];

const isSame = (shown: Shown, {job, resultId, lastSampleMs, series}: LiveResult): boolean =>
  shown.job === job &&
  shown.resultId === resultId &&
  shown.lastSampleMs === lastSampleMs &&
  (series === undefined || series.join('\n') === shown.series.join('\n'));

/** Whether a destination still shows the same, by what the journal has noted. */
export const isStillShown = (shown: readonly Shown[], noted: readonly LiveResult[]): boolean =>
  shown.length === noted.length && noted.every((each) => shown.some((other) => isSame(other, each)));

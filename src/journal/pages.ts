import type {TestResult} from '../result.ts';
import type {History, PageQuery, Place} from './history.ts';
import {columnsOf, type Database, numberQuery, statement, textOf} from './query.ts';
import type {JournalRow} from './row.ts';

export const oldestFirst = (a: JournalRow, b: JournalRow): number =>
  a.result.endedAtMs - b.result.endedAtMs || a.id - b.id;
export const newestFirst = (a: JournalRow, b: JournalRow): number => oldestFirst(b, a);

type Select = (rest: string) => (...parameters: unknown[]) => readonly JournalRow[];

/**
 * The part of the journal that leafs through results in the order of time, by an index wherever it starts.
 * @param select prepares a query for rows, as `openResults` does.
 */
export const openPages = (db: Database, select: Select): Pick<History, 'page' | 'following'> => {
  const newest = (where: string) =>
    select(`WHERE ${where} ended_at_ms >= ? AND (ended_at_ms, id) < (?, ?)
      ORDER BY ended_at_ms DESC, id DESC LIMIT ?`);
  const oldest = (where: string) =>
    select(`WHERE ${where} (ended_at_ms, id) > (?, ?) AND ended_at_ms < ?
      ORDER BY ended_at_ms, id LIMIT ?`);
  const ofAll = newest('');
  const ofJob = newest('job = ? AND');
  const ofStatus = {
    completed: newest(`job = ? AND status = 'completed' AND`),
    failed: newest(`job = ? AND status = 'failed' AND`),
    skipped: newest(`job = ? AND status = 'skipped' AND`),
  } satisfies Record<TestResult['status'], unknown>;
  const followingOfAll = oldest('');
  const followingOfJob = oldest('job = ? AND');
  const endOf = numberQuery(db, 'SELECT ended_at_ms FROM results WHERE id = ?');
  // One step in the index for each job, however many results it has.
  const jobs = statement(
    db,
    `WITH RECURSIVE found (job) AS (
       SELECT min(job) FROM results
       UNION ALL SELECT (SELECT min(job) FROM results WHERE job > found.job) FROM found WHERE job IS NOT NULL
     ) SELECT CAST(job AS BLOB) FROM found WHERE job IS NOT NULL`,
  );
  const jobNames = (): readonly string[] => jobs.all().map((row) => textOf(columnsOf(row)[0]));

  /** The place before which the page ends; undefined where the result that it follows is gone, and all older ones with it. */
  const endOfPage = ({toMs, beforeId}: PageQuery): Place | undefined => {
    const end = {endedAtMs: toMs, id: 0};
    if (beforeId === undefined) return end;
    const endedAtMs = endOf(beforeId);
    if (endedAtMs === undefined) return undefined;
    return endedAtMs < toMs ? {endedAtMs, id: beforeId} : end;
  };

  const rowsOf = (query: PageQuery, {endedAtMs, id}: Place): readonly JournalRow[] => {
    const {job, status, fromMs, limit} = query;
    const range = [fromMs, endedAtMs, id, limit];
    if (status === undefined) return job === undefined ? ofAll(...range) : ofJob(job, ...range);
    // Each index of a status is one by job.
    return (job === undefined ? jobNames() : [job]).flatMap((name) => ofStatus[status](name, ...range));
  };

  return {
    page: (query) => {
      const end = endOfPage(query);
      return end === undefined ? [] : rowsOf(query, end).toSorted(newestFirst).slice(0, query.limit);
    },
    following: ({job, fromMs, toMs}, after = {endedAtMs: fromMs, id: 0}, limit) => {
      const range = [after.endedAtMs, after.id, toMs, limit];
      const rows = job === undefined ? followingOfAll(...range) : followingOfJob(job, ...range);
      return rows.toSorted(oldestFirst);
    },
  };
};

import type {TestResult} from '../result.ts';
import {command, type Database, numberQuery} from './query.ts';

// Bytes are kept by quarters of an hour: a month begins with one in every time zone.
const quarterMs = 900_000;
const monthMs = 32 * 86_400_000;

/** The bytes that a test is known to have moved in both directions, failed attempts included. */
export const bytesMoved = (result: TestResult): number => {
  switch (result.status) {
    case 'completed': {
      const {download, upload} = result.measurement;
      const failed = (result.fellBackFrom ?? []).reduce((sum, {bytes = 0}) => sum + bytes, 0);
      return (download?.bytes ?? 0) + (upload?.bytes ?? 0) + failed;
    }
    case 'failed':
      return result.attempts.reduce((sum, {bytes = 0}) => sum + bytes, 0);
    case 'skipped':
      return 0;
    default:
      return result satisfies never;
  }
};

/** The part of the journal that knows how much data the tests moved. */
export const openUsage = (db: Database) => {
  const add = command(
    db,
    `INSERT INTO usage (start_ms, job, bytes) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
       ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`,
  );
  const ofAll = numberQuery(db, 'SELECT sum(bytes) FROM usage WHERE start_ms >= ?');
  const ofJob = numberQuery(db, 'SELECT sum(bytes) FROM usage WHERE start_ms >= ? AND job = ?');
  const removeBefore = command(db, 'DELETE FROM usage WHERE start_ms < ?');
  return {
    /** Counts results that are appended, in the same transaction. */
    add: (results: readonly TestResult[]): void => {
      const moved = results.flatMap((result) => {
        const bytes = Math.min(Math.round(bytesMoved(result)), Number.MAX_SAFE_INTEGER);
        const startMs = Math.floor(result.endedAtMs / quarterMs) * quarterMs;
        return bytes > 0 ? [[startMs, result.job.toWellFormed(), bytes]] : [];
      });
      if (moved.length > 0) add.run(JSON.stringify(moved));
    },
    movedSince: (sinceMs: number, job?: string): number =>
      (job === undefined ? ofAll(sinceMs) : ofJob(sinceMs, job)) ?? 0,
    /** Forgets what no month needs in which a result of `beforeMs` or later ended. */
    prune: (beforeMs: number): void => {
      removeBefore.run(beforeMs - monthMs);
    },
  };
};

import {UnreadableRowError} from './fault.ts';
import type {DeliveryFailure, Journal, LiveResult, Rejection, StartPosition} from './journal.ts';
import {columnsOf, command, type Database, numberQuery, statement, textOf} from './query.ts';

/** From the columns `result_id, cause, at_ms`. */
const toRejection = (columns: unknown): Rejection => {
  const [resultId, cause, atMs] = columnsOf(columns);
  if (typeof resultId !== 'number' || typeof atMs !== 'number') {
    throw new UnreadableRowError('journal: a rejection of another shape');
  }
  return {resultId, cause: textOf(cause), atMs};
};

/** From the columns `job, result_id, last_sample_ms, series`. */
const toLiveResult = (columns: unknown): LiveResult => {
  const [job, resultId, lastSampleMs, series] = columnsOf(columns);
  if (typeof resultId !== 'number' || typeof lastSampleMs !== 'number') {
    throw new UnreadableRowError('journal: a live result of another shape');
  }
  return {
    job: textOf(job),
    resultId,
    lastSampleMs,
    series: series === null ? undefined : textOf(series).split('\n'),
  };
};

/** From the columns `cause, at_ms, next_try_ms`. */
const toFailure = (columns: unknown): DeliveryFailure => {
  const [cause, atMs, nextTryMs] = columnsOf(columns);
  if (typeof atMs !== 'number' || typeof nextTryMs !== 'number') {
    throw new UnreadableRowError('journal: a failure of another shape');
  }
  return {cause: textOf(cause), atMs, nextTryMs};
};

type Destinations = Pick<
  Journal,
  | 'startAt'
  | 'cursor'
  | 'advance'
  | 'noteFailure'
  | 'status'
  | 'reject'
  | 'rejections'
  | 'newestRejections'
  | 'retryRejected'
  | 'taken'
  | 'setLive'
  | 'live'
>;

/**
 * The part of the journal that knows how far each destination has come.
 * @param lastId gives the number of the newest result.
 */
export const openDestinations = (db: Database, lastId: () => number): Destinations => {
  const readCursor = numberQuery(db, 'SELECT done_id FROM cursors WHERE destination = ?');
  const startCursor = command(db, 'INSERT OR IGNORE INTO cursors (destination, done_id) VALUES (?, ?)');
  const moveCursor = command(db, 'UPDATE cursors SET done_id = max(done_id, ?) WHERE destination = ?');
  const firstSince = numberQuery(db, 'SELECT min(id) FROM results WHERE ended_at_ms >= ?');
  const endOfFirstAfter = numberQuery(db, 'SELECT ended_at_ms FROM results WHERE id > ? ORDER BY id LIMIT 1');
  const insertRejection = command(
    db,
    'INSERT OR REPLACE INTO rejections (destination, result_id, cause, at_ms) VALUES (?, ?, ?, ?)',
  );
  const rejections = statement(
    db,
    'SELECT result_id, CAST(cause AS BLOB), at_ms FROM rejections WHERE destination = ? AND retry = 0 ORDER BY result_id',
  );
  const newestRejections = statement(
    db,
    `SELECT result_id, CAST(cause AS BLOB), at_ms FROM rejections
       WHERE destination = ? AND retry = 0 ORDER BY result_id DESC LIMIT ?`,
  );
  const countRejections = numberQuery(
    db,
    'SELECT count(*) FROM rejections WHERE destination = ? AND retry = ?',
  );
  const markRetry = command(
    db,
    'UPDATE rejections SET retry = 1 WHERE destination = ? AND retry = 0 AND result_id = ifnull(?, result_id)',
  );
  const deleteRejection = command(db, 'DELETE FROM rejections WHERE destination = ? AND result_id = ?');
  const insertFailure = command(
    db,
    'INSERT OR REPLACE INTO failures (destination, cause, at_ms, next_try_ms) VALUES (?, ?, ?, ?)',
  );
  const deleteFailure = command(db, 'DELETE FROM failures WHERE destination = ?');
  const failure = statement(
    db,
    'SELECT CAST(cause AS BLOB), at_ms, next_try_ms FROM failures WHERE destination = ?',
  );
  const insertLive = command(
    db,
    'INSERT OR REPLACE INTO live (destination, job, result_id, last_sample_ms) VALUES (?, ?, ?, ?)',
  );
  // They seldom change, and are long.
  const insertSeries = command(
    db,
    `INSERT INTO live_series (destination, job, series) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET series = excluded.series WHERE series <> excluded.series`,
  );
  const live = statement(
    db,
    `SELECT CAST(job AS BLOB), result_id, last_sample_ms, CAST(series AS BLOB)
       FROM live LEFT JOIN live_series USING (destination, job) WHERE destination = ? ORDER BY job`,
  );
  const deleteLive = command(db, 'DELETE FROM live WHERE destination = ? AND job = ?');
  const deleteSeries = command(db, 'DELETE FROM live_series WHERE destination = ? AND job = ?');

  const doneIdAt = (position: StartPosition): number => {
    switch (position.kind) {
      case 'all':
        return 0;
      case 'end':
        return lastId();
      case 'since': {
        const first = firstSince(position.ms);
        return first === undefined ? lastId() : first - 1;
      }
      default:
        return position satisfies never;
    }
  };

  const startAt = (destination: string, position: StartPosition): void => {
    if (readCursor(destination) === undefined) startCursor.run(destination, doneIdAt(position));
  };

  const noteLive = (destination: string, {job, resultId, lastSampleMs, series}: LiveResult): void => {
    if (series === undefined || series.length === 0) deleteSeries.run(destination, job);
    else insertSeries.run(destination, job, series.join('\n'));
    if (series?.length === 0) deleteLive.run(destination, job);
    else insertLive.run(destination, job, resultId, lastSampleMs);
  };

  const setLive = db.transaction((destination: string, all: readonly LiveResult[]): void => {
    for (const each of all) noteLive(destination, each);
  });

  const advance = db.transaction((destination: string, id: number, all: readonly LiveResult[]): void => {
    moveCursor.run(id, destination);
    for (const each of all) noteLive(destination, each);
  });

  const reject = db.transaction((destination: string, {resultId, cause, atMs}: Rejection): void => {
    insertRejection.run(destination, resultId, cause, atMs);
    moveCursor.run(resultId, destination);
  });

  return {
    startAt,
    cursor: (destination) => {
      startAt(destination, {kind: 'end'});
      return readCursor(destination) ?? lastId();
    },
    advance: (destination, id, all = []) => advance.immediate(destination, id, all),
    noteFailure: (destination, noted) => {
      if (noted === undefined) deleteFailure.run(destination);
      else insertFailure.run(destination, noted.cause, noted.atMs, noted.nextTryMs);
    },
    status: (destination) => {
      const cursor = readCursor(destination);
      if (cursor === undefined) return undefined;
      const waitingSinceMs = endOfFirstAfter(cursor);
      const failed: unknown = failure.get(destination);
      return {
        cursor,
        lag: lastId() - cursor,
        rejected: countRejections(destination, 0) ?? 0,
        retrying: countRejections(destination, 1) ?? 0,
        ...(waitingSinceMs !== undefined && {waitingSinceMs}),
        ...(failed !== undefined && {failure: toFailure(failed)}),
      };
    },
    reject: (destination, rejection) => reject.immediate(destination, rejection),
    rejections: (destination) => rejections.all(destination).map(toRejection),
    newestRejections: (destination, limit) => newestRejections.all(destination, limit).map(toRejection),
    retryRejected: (destination, resultId) => markRetry.run(destination, resultId ?? null),
    taken: (destination, resultId) => {
      deleteRejection.run(destination, resultId);
    },
    setLive: (destination, all) => setLive.immediate(destination, all),
    live: (destination) => live.all(destination).map(toLiveResult),
  };
};

import type {TestResult} from '../result.ts';
import {checksumOf, verifyRows} from './checksum.ts';
import {UnreadableRowError} from './fault.ts';
import type {History} from './history.ts';
import {openHours} from './hours.ts';
import type {ImportJournal} from './import-journal.ts';
import {openImports} from './imports.ts';
import type {Journal} from './journal.ts';
import {openPages} from './pages.ts';
import {bytesOfText, columnsOf, command, type Database, numberQuery, statement} from './query.ts';
import type {JournalRow} from './row.ts';
import {openUsage} from './usage.ts';

const isTestResult = (value: unknown): value is TestResult =>
  typeof value === 'object' &&
  value !== null &&
  'status' in value &&
  (value.status === 'completed' || value.status === 'failed' || value.status === 'skipped');

/** From `[id, last_success_ms, checksum, body]`, where what is not known is null. */
const toRow = (columns: unknown): JournalRow => {
  const [id, lastSuccessMs, _checksum, result] = columnsOf(columns);
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || !isTestResult(result)) {
    throw new UnreadableRowError(`journal: row ${String(id)} holds no test result`);
  }
  return typeof lastSuccessMs === 'number' ? {id, result, lastSuccessMs} : {id, result};
};

const toRows = (json: Buffer): readonly JournalRow[] => {
  verifyRows(json);
  let rows: unknown;
  try {
    rows = JSON.parse(json.toString());
  } catch (cause) {
    throw new UnreadableRowError('journal: a result that is no JSON', {cause});
  }
  return columnsOf(rows)
    .map(toRow)
    .sort((a, b) => a.id - b.id); // SQLite does not promise to keep the order
};

type Results = Pick<
  Journal,
  | 'append'
  | 'after'
  | 'result'
  | 'newest'
  | 'previous'
  | 'newestCompleted'
  | 'movedSince'
  | 'lastId'
  | 'retries'
> &
  ImportJournal &
  History;

/** The part of the journal that holds the results themselves. */
export const openResults = (db: Database): Results => {
  /**
   * Prepares a query for rows, which come by ascending number. They're read as one JSON array with a line for each: a text
   * can't be read as such (see `textOf`), and a BLOB for each row takes twice the time.
   */
  const select = (rest: string) => {
    const found = statement(
      db,
      `SELECT CAST(concat('[', group_concat(concat(
             '[', id, ',', ifnull(last_success_ms, 'null'), ',', ifnull(checksum, 'null'), ',', body, ']'
           ), ',' || char(10)), ']') AS BLOB)
         FROM (SELECT results.id, last_success_ms, checksum, body FROM results ${rest})`,
    );
    return (...parameters: unknown[]): readonly JournalRow[] =>
      toRows(bytesOfText(columnsOf(found.get(...parameters))[0]));
  };

  const lastSuccess = numberQuery(
    db,
    `SELECT max(ended_at_ms) FROM results WHERE job = ? AND status = 'completed' AND ended_at_ms <= ?`,
  );
  const insert = command(
    db,
    `INSERT INTO results (id, job, status, ended_at_ms, last_success_ms, checksum, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const after = select('WHERE id > ? ORDER BY id LIMIT ?');
  const byId = select('WHERE id = ?');
  const newest = select('ORDER BY ended_at_ms DESC, id DESC LIMIT 1');
  const newestOf = select('WHERE job = ? ORDER BY ended_at_ms DESC, id DESC LIMIT 1');
  const newestCompleted = select(
    "WHERE job = ? AND status = 'completed' ORDER BY ended_at_ms DESC, id DESC LIMIT 1",
  );
  const before = select(
    'WHERE job = ? AND (ended_at_ms, id) < (?, ?) ORDER BY ended_at_ms DESC, id DESC LIMIT 1',
  );
  const retries = select(
    'JOIN rejections ON result_id = results.id WHERE destination = ? AND retry = 1 ORDER BY result_id LIMIT ?',
  );
  const lastId = numberQuery(db, `SELECT seq FROM sqlite_sequence WHERE name = 'results'`);

  // The two differ only in a damaged file.
  const highestId = numberQuery(db, 'SELECT max(id) FROM results');
  const usage = openUsage(db);
  const hours = openHours(db);
  const nextId = (): number => Math.max(lastId() ?? 0, highestId() ?? 0) + 1;
  const insertAs = (id: number, result: TestResult): JournalRow => {
    const lastSuccessMs =
      result.status === 'completed' ? result.endedAtMs : lastSuccess(result.job, result.endedAtMs);
    const body = JSON.stringify(result);
    const checksum = checksumOf(id, lastSuccessMs ?? null, body);
    insert.run(id, result.job, result.status, result.endedAtMs, lastSuccessMs ?? null, checksum, body);
    usage.add([result]);
    return lastSuccessMs === undefined ? {id, result} : {id, result, lastSuccessMs};
  };
  const insertResult = (result: TestResult): JournalRow => {
    const row = insertAs(nextId(), result);
    hours.addFrom(row.id);
    return row;
  };
  const append = db.transaction(insertResult);

  return {
    append: (result) => append.immediate(result),
    ...openImports(db, {nextId, insertResult, lastSuccess, usage, hours}),
    after,
    result: (id) => byId(id)[0],
    newest: (job) => (job === undefined ? newest() : newestOf(job))[0],
    previous: ({id, result}) => before(result.job, result.endedAtMs, id)[0],
    newestCompleted: (job) => newestCompleted(job)[0],
    movedSince: usage.movedSince,
    lastId: () => lastId() ?? 0,
    retries,
    ...openPages(db, select),
    steps: hours.steps,
  };
};

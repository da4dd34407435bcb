import {statSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import Libsql from 'libsql';
import {z} from 'zod';
import type {Batch, Reading, Source} from './source.ts';
import {SourceError} from './source-error.ts';
import {readTracker} from './tracker.ts';
import {trackerColumns} from './tracker-row.ts';

type Database = Libsql.Database;

const batchSize = 500;

const words: ReadonlyMap<unknown, string> = new Map([
  ['SQLITE_NOTADB', 'is no SQLite database'],
  ['SQLITE_CORRUPT', 'is damaged'],
  ['SQLITE_CANTOPEN', 'cannot be opened'],
]);

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const rawCodeOf = (error: unknown): unknown =>
  error instanceof Error && 'rawCode' in error ? error.rawCode : undefined;

/**
 * SQLite's CANTOPEN and READONLY_DIRECTORY: it could not make the files by which it shares a write-ahead log with others.
 * @see https://sqlite.org/rescode.html
 */
const unsharable: ReadonlySet<unknown> = new Set([14, 1544]);
/** SQLite's READONLY_ROLLBACK: a transaction was broken off, and only who may write can roll it back. */
const brokenOff = 776;

const isFilled = (path: string): boolean => (statSync(path, {throwIfNoEntry: false})?.size ?? 0) > 0;

const needsRollback = (path: string, options?: ErrorOptions): SourceError =>
  new SourceError(
    'unusable',
    `${path} was broken off while it was written, and ${path}-journal is needed to mend it: start its program once`,
    options,
  );

const explain = (path: string, error: unknown): unknown => {
  if (error instanceof SourceError || !(error instanceof Error)) return error;
  if (rawCodeOf(error) === brokenOff) return needsRollback(path, {cause: error});
  const code = codeOf(error);
  if (code === 'SQLITE_BUSY')
    return new SourceError('interrupted', `${path} is kept locked by its program`, {cause: error});
  return new SourceError('unusable', `${path} ${words.get(code) ?? `cannot be read: ${error.message}`}`, {
    cause: error,
  });
};

const blobs = z.array(z.tuple([z.instanceof(Uint8Array).nullable(), z.number().nullable()]));

/**
 * Runs a query for a JSON text and a number. A text must be selected as `CAST(… AS BLOB)`, for libsql ends the process on
 * one that is not UTF-8; what is not becomes U+FFFD here.
 */
const select = (db: Database, sql: string, ...parameters: readonly unknown[]) => {
  const [[bytes, number] = [null, null]] = blobs.parse(
    db
      .prepare(sql)
      .raw(true)
      .all(...parameters),
  );
  const json: unknown = bytes === null ? undefined : JSON.parse(Buffer.from(bytes).toString());
  return {json, number: number ?? undefined};
};

const attach = (db: Database, uri: string): void => {
  db.exec(`ATTACH '${uri.replaceAll("'", "''")}' AS tracker; PRAGMA busy_timeout = 5000`);
  try {
    select(db, 'SELECT NULL, count(*) FROM tracker.sqlite_schema');
  } catch (error) {
    db.exec('DETACH tracker');
    throw error;
  }
};

/** Throws a `SourceError` where the file alone is not what was committed, as it would be read if nothing could change it. */
const refuseUnmerged = (path: string): void => {
  if (isFilled(`${path}-journal`)) throw needsRollback(path);
  if (!isFilled(`${path}-wal`)) return;
  throw new SourceError(
    'unusable',
    `${path} lacks what only ${path}-wal has, which cannot be read where nothing can be written: ` +
      'start its program once, or copy all its files to where they may be written',
  );
};

/** Opens a database that another program may be writing to, only to read it. */
const openReadOnly = (path: string): Database => {
  if (!statSync(path, {throwIfNoEntry: false})?.isFile()) {
    throw new SourceError('unusable', `${path} is not there, or no file`);
  }
  const file = pathToFileURL(path).href;
  const db = new Libsql(':memory:');
  try {
    try {
      attach(db, `${file}?mode=ro`);
    } catch (error) {
      if (!unsharable.has(rawCodeOf(error))) throw error;
      attach(db, `${file}?immutable=1`);
      refuseUnmerged(path);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const names = z.array(z.string());
const rows = z.array(z.record(z.string(), z.unknown()));

/** The columns that results are read from and that this version of the table has. */
const columnsOf = (db: Database, path: string): readonly string[] => {
  const {json = []} = select(
    db,
    `SELECT CAST(json_group_array(CAST(name AS TEXT)) AS BLOB), NULL FROM pragma_table_info('results', 'tracker')`,
  );
  const found = names.parse(json);
  if (!found.includes('id') || !found.includes('created_at'))
    throw new SourceError(
      'unusable',
      `${path} has no table of results: is it the database of Speedtest Tracker?`,
    );
  return trackerColumns.filter((name) => found.includes(name));
};

/**
 * The results in Speedtest Tracker's SQLite file, in order of their numbers. The file is never written to, and may be in
 * use; it is locked against its program for no longer than some hundred rows take to be read.
 */
export const trackerSqlite = (path: string, reading: Reading): Source => ({
  rowsName: 'results',
  async *batches(signal): AsyncGenerator<Batch> {
    let db: Database | undefined;
    try {
      db = openReadOnly(path);
      const members = columnsOf(db, path).map(
        (name) => `'${name}', CASE typeof(${name}) WHEN 'blob' THEN CAST(${name} AS TEXT) ELSE ${name} END`,
      );
      const {number: first = 0} = select(db, 'SELECT NULL, min(rowid) FROM tracker.results');
      const {number: last = 0} = select(db, 'SELECT NULL, max(rowid) FROM tracker.results');
      const batch = `SELECT CAST(json_group_array(json_object(${members.join()}) ORDER BY place) AS BLOB), max(place)
        FROM (SELECT rowid AS place, * FROM tracker.results WHERE rowid > ? ORDER BY rowid LIMIT ${batchSize})`;
      for (let done = first - 1; done < last; ) {
        signal.throwIfAborted();
        const {json, number = last} = select(db, batch, done);
        done = number;
        yield {
          rows: rows
            .parse(json)
            .map((row) => ({place: `result ${row['id']}`, imported: readTracker(row, reading)})),
          fraction: (done - first + 1) / (last - first + 1),
        };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw explain(path, error);
    } finally {
      db?.close();
    }
  },
});

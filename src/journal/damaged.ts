import {closeSync, copyFileSync, existsSync, fsyncSync, openSync, statSync, writeSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {faultOf, UnreadableRowError} from './fault.ts';
import {columnsOf, command, type Database, numberQuery, statement} from './query.ts';

const pageBytes = 4096;
// The first byte of a page that holds rows. @see https://sqlite.org/fileformat.html#b_tree_pages
const tableLeaf = 13;
const chunk = 512;

/** Gives undefined for what damage makes impossible. Throws where the trouble is with the new file, not the old one. */
export const attempt = <T>(action: () => T): T | undefined => {
  try {
    return action();
  } catch (error) {
    if (faultOf(error) === 'unusable') throw error;
    return undefined;
  }
};

/** A number from the damaged file, where it can be read. */
export const readNumber = (db: Database, sql: string): number | undefined =>
  attempt(() => numberQuery(db, sql)());

/** Attaches a damaged file as `damaged`, and gives whether it still says where everything is. */
export const attachDamaged = (db: Database, path: string, mode: 'ro' | 'rw'): boolean => {
  const uri = `${pathToFileURL(path).href.replaceAll("'", "''")}?mode=${mode}`;
  if (attempt(() => db.exec(`ATTACH '${uri}' AS damaged`)) === undefined) return false;
  if (mode === 'rw') attempt(() => db.exec('PRAGMA damaged.synchronous = OFF'));
  // Only the results, which were there first, are in the same place in a file that was migrated or written back.
  const differences = `SELECT count(*) FROM main.sqlite_schema AS wanted WHERE NOT EXISTS (
    SELECT 1 FROM damaged.sqlite_schema AS found WHERE found.name = wanted.name AND found.sql IS wanted.sql
      AND (found.name <> 'results' OR found.rootpage = wanted.rootpage))`;
  return readNumber(db, differences) === 0;
};

/**
 * Attaches a copy of a damaged file in its place, with the first page, which tells where everything is, of a new journal
 * `db`.
 */
export const attachCopy = (db: Database, path: string, copy: string): void => {
  attempt(() => db.exec('DETACH damaged'));
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  }
  const [page] = columnsOf(statement(db, "SELECT data FROM sqlite_dbpage('main') WHERE pgno = 1").get());
  if (!(page instanceof Uint8Array) || page.length !== pageBytes) throw new Error('no first page');
  const bytes = Buffer.from(page);
  bytes.writeUInt32BE(Math.ceil(statSync(path).size / pageBytes), 28);
  bytes.copy(bytes, 92, 24, 28); // the size just written counts only where these two are equal
  const file = openSync(copy, 'r+');
  writeSync(file, bytes, 0, pageBytes, 0);
  closeSync(file);
  attachDamaged(db, copy, 'rw');
};

/**
 * Copies the readable rows of a table, by ascending number. Those that can't be read are stepped over, one by one at
 * first: a page holds few of them, but a missing end of a file many.
 */
export const copyRows = (db: Database, table: string, lastRow: number): void => {
  const columns = statement(db, `SELECT name FROM pragma_table_info(?) WHERE name <> 'id'`).all(table).join();
  const range = `FROM damaged.${table} WHERE rowid > ? AND rowid <= ?`;
  const readEnd = numberQuery(
    db,
    `SELECT max(number) FROM (SELECT rowid AS number ${range} ORDER BY rowid LIMIT ?)`,
  );
  const insert = command(
    db,
    `INSERT OR IGNORE INTO main.${table} (rowid, ${columns}) SELECT rowid, ${columns} ${range} ORDER BY rowid`,
  );
  let position = 0;
  let limit = chunk;
  let failures = 0;
  while (position < lastRow) {
    const end = attempt(() => {
      const number = readEnd(position, lastRow, limit) ?? lastRow;
      if (number <= position) throw new UnreadableRowError(`${table}: out of order`);
      insert.run(position, number);
      return number;
    });
    if (end !== undefined) {
      position = end;
      limit = chunk;
      failures = 0;
    } else if (limit > 1) {
      limit /= 8;
    } else {
      failures += 1;
      position += 2 ** Math.max(0, failures - 16);
    }
  }
};

/**
 * Copies the results of those pages that the damaged table's tree no longer leads to: each page that may hold some takes
 * the place of the table's first one in turn, as if it held the whole table. `damaged` is a copy, for it is changed.
 */
export const copyLoosePages = (db: Database, lastId: number): void => {
  const root = readNumber(db, `SELECT rootpage FROM main.sqlite_schema WHERE name = 'results'`);
  const pages = readNumber(db, "SELECT count(*) FROM sqlite_dbpage('damaged')") ?? 0;
  const read = statement(db, "SELECT data FROM sqlite_dbpage('damaged') WHERE pgno = ?");
  const write = command(db, "UPDATE sqlite_dbpage SET data = ? WHERE pgno = ? AND schema = 'damaged'");
  for (let number = 2; number <= pages; number += 1) {
    attempt(() => {
      const [page] = columnsOf(read.get(number));
      if (!(page instanceof Uint8Array) || page[0] !== tableLeaf) return;
      write.run(page, root);
      // SQLite has yet to look at the page anew: what it holds of the last one is dropped.
      db.exec('PRAGMA shrink_memory');
      copyRows(db, 'results', lastId);
    });
  }
};

/** Has what was written to a file put on the disk. */
export const syncFile = (path: string): void => {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
};

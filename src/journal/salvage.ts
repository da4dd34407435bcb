import {
  attachCopy,
  attachDamaged,
  attempt,
  copyLoosePages,
  copyRows,
  readNumber,
  syncFile,
} from './damaged.ts';
import {openDatabase} from './database.ts';
import {moveDatabase, removeDatabase, setAside} from './files.ts';
import {openHours} from './hours.ts';
import {columnsOf, command, type Database, numberQuery, statement, tablesBesideResults} from './query.ts';
import {openResults} from './results.ts';
import {openUsage} from './usage.ts';

/** What was saved of a damaged journal. */
export interface Salvaged {
  /** Where the damaged file is kept. */
  readonly aside: string;
  readonly results: number;
  /** How many results were there, at most, that could not be read. */
  readonly unreadable: number;
  /** Whether the destinations' positions are known. Those of which it isn't start at the end. */
  readonly positions: boolean;
}

/** What a process that used the journal knows of it. */
export interface Known {
  /** The highest number that was given out. */
  readonly lastId: number;
  readonly cursors: ReadonlyMap<string, number>;
}

const countedAtOnce = 1000;

/** Deletes results whose columns contradict each other or hold nothing that this program writes. */
const dropUnreadable = (db: Database): void => {
  const results = openResults(db);
  const columns = statement(
    db,
    'SELECT CAST(job AS BLOB), CAST(status AS BLOB), ended_at_ms FROM results WHERE id = ?',
  );
  const isSound = (id: number): boolean => {
    const row = results.result(id);
    const [job, status, endedAtMs] = columnsOf(columns.get(id));
    return (
      row !== undefined &&
      String(job) === row.result.job &&
      String(status) === row.result.status &&
      endedAtMs === row.result.endedAtMs &&
      (row.lastSuccessMs ?? 0) <= row.result.endedAtMs
    );
  };
  const nextId = numberQuery(db, 'SELECT id FROM results WHERE id > ? ORDER BY id LIMIT 1');
  const remove = command(db, 'DELETE FROM results WHERE id = ?');
  for (let id = nextId(0); id !== undefined; id = nextId(id)) {
    const found = id;
    if (attempt(() => isSound(found)) !== true) remove.run(id);
  }
};

/** Counts anew, from the results that are there, how much data the tests moved. */
const recountUsage = (db: Database): void => {
  const results = openResults(db);
  const usage = openUsage(db);
  db.transaction(() => {
    db.exec('DELETE FROM usage');
    let lastId: number | undefined = 0;
    while (lastId !== undefined) {
      const rows = results.after(lastId, countedAtOnce);
      usage.add(rows.map(({result}) => result));
      lastId = rows.at(-1)?.id;
    }
  })();
};

const highestId = (db: Database, known: Known): number => {
  const found = [
    readNumber(db, `SELECT seq FROM damaged.sqlite_sequence WHERE name = 'results'`) ?? 0,
    readNumber(db, 'SELECT max(id) FROM damaged.results') ?? 0,
  ].filter((id) => Number.isSafeInteger(id) && id < 2 ** 31);
  return Math.max(known.lastId, ...found);
};

/** Copies what is known of the destinations. Gives whether that includes their positions. */
const copyState = (db: Database, known: Known, lastId: number): boolean => {
  for (const table of tablesBesideResults(db)) {
    attempt(() => copyRows(db, table, readNumber(db, `SELECT max(rowid) FROM damaged.${table}`) ?? 0));
  }
  attempt(() => db.exec('INSERT OR IGNORE INTO main.imports SELECT * FROM damaged.imports'));
  const positions = readNumber(db, 'SELECT count(done_id) FROM damaged.cursors') !== undefined;

  command(db, 'DELETE FROM cursors WHERE done_id NOT BETWEEN 0 AND ?').run(lastId);
  const setCursor = command(db, 'INSERT OR REPLACE INTO cursors (destination, done_id) VALUES (?, ?)');
  for (const [destination, id] of known.cursors) setCursor.run(destination, Math.min(id, lastId));
  return positions || known.cursors.size > 0;
};

/**
 * Copies what can be read of the damaged journal at `path` into `db`, a new one, under the numbers that it has.
 * `path` is only read. Throws where `db` can't be written.
 */
const salvage = (path: string, db: Database, known: Known): Omit<Salvaged, 'aside'> => {
  const copy = `${path}.copy`;
  const countResults = numberQuery(db, 'SELECT count(*) FROM main.results');
  try {
    // So that SQLite reads as far as it can: then it also takes a file that is shorter than it says.
    db.exec('PRAGMA writable_schema = ON');
    if (!attachDamaged(db, path, 'ro')) attachCopy(db, path, copy);
    const lastId = highestId(db, known);
    const expected = readNumber(db, 'SELECT count(*) FROM damaged.results') ?? lastId;
    const positions = copyState(db, known, lastId);
    attempt(() => copyRows(db, 'results', lastId));
    dropUnreadable(db);
    if ((countResults() ?? 0) < expected) {
      attachCopy(db, path, copy);
      copyLoosePages(db, lastId);
      dropUnreadable(db);
    }
    recountUsage(db);
    openHours(db).recountAll();
    db.exec(`DELETE FROM sqlite_sequence WHERE name = 'results'`);
    command(db, `INSERT INTO sqlite_sequence (name, seq) VALUES ('results', ?)`).run(lastId);
    const results = countResults() ?? 0;
    return {results, unreadable: Math.max(0, expected - results), positions};
  } finally {
    removeDatabase(copy);
  }
};

/**
 * Puts a new journal with all that can be read of the damaged one at `path` in its place, and keeps that one aside.
 * Nobody else may have it open. Throws, and leaves it where it is, where the new one can't be written.
 */
export const replaceDamaged = (path: string, known: Known): Salvaged => {
  const fresh = `${path}.new`;
  removeDatabase(fresh);
  const db = openDatabase(fresh);
  try {
    // One file without companions, for it is renamed. It is synced once, at the end.
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF');
    const salvaged = salvage(path, db, known);
    db.close();
    syncFile(fresh);
    const aside = setAside(path, 'damaged');
    moveDatabase(fresh, path);
    return {...salvaged, aside};
  } catch (error) {
    if (db.open) db.close();
    removeDatabase(fresh);
    throw error;
  }
};

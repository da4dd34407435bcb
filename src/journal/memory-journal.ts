import {pathToFileURL} from 'node:url';
import type {TestResult} from '../result.ts';
import {openDatabase} from './database.ts';
import {openHours} from './hours.ts';
import type {Journal} from './journal.ts';
import {newestFirst, oldestFirst} from './pages.ts';
import {columnsOf, command, type Database, numberQuery, statement, tablesBesideResults} from './query.ts';
import type {JournalRow} from './row.ts';
import {createJournal} from './sqlite-journal.ts';
import {whereReadable} from './where-readable.ts';

/** The results that are only in memory. */
export interface Unsaved {
  readonly results: number;
  /** When the first and the last of them ended, Unix milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** How many older ones were given up because there were too many. */
  readonly dropped: number;
}

/** Stands in for a journal whose file can't be written, from its last result on. */
export interface MemoryJournal extends Journal {
  unsaved(): Unsaved;
  /**
   * Appends them to the file, which is open as `disk`, for at most `forMs`. Once that was all of them, it gives how many it
   * were: then the destinations' state is written as well, and this journal is no longer needed.
   */
  saveTo(disk: Journal, forMs: number): number | undefined;
  /** Whether results have another number in the file than they have here. */
  isRenumbered(): boolean;
}

// At about 1 kB each. An hourly test takes a year to get there; older results make room for newer ones then.
const mostUnsaved = 10_000;

/** Puts the journal at `uri` beside the one in memory, as `disk`, while it does something. */
const withDisk = (db: Database, uri: string, action: () => void): void => {
  db.exec(`ATTACH '${uri.replaceAll("'", "''")}' AS disk`);
  try {
    action();
  } finally {
    db.exec('DETACH disk');
  }
};

const copyFrom = (db: Database, table: string, where = ''): void => {
  const columns = statement(db, `SELECT name FROM pragma_table_info(?, 'disk')`).all(table).join();
  db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM disk.${table} ${where}`);
};

/** Copies what is needed to go on: all but the results and, of those, the ones that are still shown or sent again. */
const copyEssentials = (db: Database): void => {
  const newest = (where: string): string =>
    `SELECT (SELECT id FROM disk.results WHERE job = jobs.job ${where} ORDER BY ended_at_ms DESC, id DESC LIMIT 1)
       FROM (SELECT DISTINCT job FROM disk.results) AS jobs`;
  db.transaction(() => {
    // One that can't be written may lack the newest tables and columns.
    const tables = tablesBesideResults(db, 'disk');
    for (const table of tables) copyFrom(db, table);
    copyFrom(
      db,
      'results',
      `WHERE id IN (${newest('')} UNION ${newest("AND status = 'completed'")}
        UNION SELECT result_id FROM disk.live UNION SELECT result_id FROM disk.rejections WHERE retry = 1)`,
    );
    if (!tables.includes('hours')) openHours(db).recountAll();
    db.exec('DELETE FROM main.sqlite_sequence');
    db.exec('INSERT INTO main.sqlite_sequence SELECT * FROM disk.sqlite_sequence');
  })();
};

const seed = (db: Database, path: string): boolean => {
  const file = pathToFileURL(path).href;
  // The second is for a disk that is mounted read-only, where SQLite can't make the files that it reads by.
  for (const uri of [`${file}?mode=ro`, `${file}?immutable=1`]) {
    try {
      withDisk(db, uri, () => copyEssentials(db));
      return true;
    } catch {
      // The file can't be read at present.
    }
  }
  return false;
};

/**
 * Opens a journal in memory that goes on where the one at `path` ends, with its destinations' positions. What it does not
 * hold itself it reads from the file that `disk` gives, where there is one that is open.
 * @param lastId the highest number known to be given out; the file itself is asked too.
 */
export const openMemoryJournal = (
  path: string,
  disk: () => Journal | undefined,
  lastId: number,
): MemoryJournal => {
  const db = openDatabase(':memory:');
  const isSeeded = seed(db, path);
  const journal = createJournal(db);
  const base = Math.max(lastId, journal.lastId());
  db.exec(`DELETE FROM sqlite_sequence WHERE name = 'results'`);
  command(db, `INSERT INTO sqlite_sequence (name, seq) VALUES ('results', ?)`).run(base);

  db.exec('CREATE TEMP TABLE seeded AS SELECT destination, result_id FROM rejections');

  // Which number each result that was saved has in the file. It is another where a process has appended there meanwhile.
  db.exec('CREATE TEMP TABLE saved (id INTEGER PRIMARY KEY, disk_id INTEGER NOT NULL)');
  const noteSaved = command(db, 'INSERT INTO saved (id, disk_id) VALUES (?, ?)');
  const countSaved = numberQuery(db, 'SELECT count(*) FROM saved');
  let savedId = base;
  let isRenumbered = false;

  const countUnsaved = statement(
    db,
    'SELECT count(*), min(ended_at_ms), max(ended_at_ms) FROM results WHERE id > ?',
  );
  let dropped = 0;
  const unsaved = (): Unsaved => {
    const [results, firstMs, lastMs] = columnsOf(countUnsaved.get(savedId)).map((value) =>
      typeof value === 'number' ? value : 0,
    );
    return {results: results ?? 0, firstMs: firstMs ?? 0, lastMs: lastMs ?? 0, dropped};
  };
  const dropOldest = command(db, 'DELETE FROM results WHERE id = (SELECT min(id) FROM results WHERE id > ?)');

  const makeRoom = (row: JournalRow): JournalRow => {
    if (row.id - savedId > mostUnsaved) dropped += dropOldest.run(savedId);
    return row;
  };

  // With what keys results were imported here, to be known in the file too.
  const keys = new Map<number, string>();
  const wasImported = (key: string): boolean =>
    journal.wasImported(key) || whereReadable(() => onDisk().wasImported(key)) === true;
  const importResult = (result: TestResult, key: string): JournalRow | undefined => {
    const row = wasImported(key) ? undefined : journal.importResult(result, key);
    if (row === undefined) return undefined;
    keys.set(row.id, key);
    return makeRoom(row);
  };

  const saveState = db.transaction((): void => {
    const resultId = 'ifnull((SELECT disk_id FROM saved WHERE saved.id = result_id), result_id)';
    // What a person has marked in the file meanwhile, to be sent again, stays marked unless it has had a verdict since.
    db.exec(`DELETE FROM disk.rejections WHERE (destination, result_id) IN (
      SELECT destination, result_id FROM temp.seeded EXCEPT SELECT destination, result_id FROM main.rejections)`);
    db.exec(`INSERT INTO disk.rejections
      SELECT destination, ${resultId}, cause, at_ms, retry FROM main.rejections WHERE true
      ON CONFLICT DO UPDATE SET cause = excluded.cause, at_ms = excluded.at_ms, retry = excluded.retry
        WHERE (rejections.cause, rejections.at_ms) <> (excluded.cause, excluded.at_ms)`);
    // The rest only the process writes that delivers: this one.
    if (isSeeded) db.exec('DELETE FROM disk.live; DELETE FROM disk.live_series');
    db.exec(
      `INSERT OR REPLACE INTO disk.live SELECT destination, job, ${resultId}, last_sample_ms FROM main.live`,
    );
    db.exec('INSERT OR REPLACE INTO disk.live_series SELECT * FROM main.live_series');
    db.exec('DELETE FROM disk.failures; INSERT INTO disk.failures SELECT * FROM main.failures');
    if (isSeeded && !isRenumbered) {
      db.exec('INSERT OR REPLACE INTO disk.cursors SELECT * FROM main.cursors');
    } else {
      // A destination that has a backlog in the file keeps its place: better that it gets results twice than never.
      db.exec(`INSERT INTO disk.cursors
        SELECT destination, (SELECT ifnull(max(disk_id), before) FROM saved WHERE id <= done_id)
          FROM main.cursors, (SELECT min(disk_id) - 1 AS before FROM saved) WHERE before IS NOT NULL
        ON CONFLICT DO UPDATE SET done_id = max(cursors.done_id, excluded.done_id)
          WHERE cursors.done_id >= (SELECT min(disk_id) - 1 FROM saved)`);
    }
  });

  const onDisk = (): Journal => {
    const found = disk();
    if (found === undefined) throw new Error(`journal ${path} can't be read at present`);
    return found;
  };

  /** What is in memory and, where the file can be read, what is there. */
  const ofBoth = (
    read: (part: Journal) => readonly JournalRow[],
    order: (a: JournalRow, b: JournalRow) => number,
    limit: number,
  ): readonly JournalRow[] => {
    const older = whereReadable(() => read(onDisk()));
    const newer = read(journal).filter(({id}) => id > base || older === undefined);
    return [...newer, ...(older ?? []).filter(({id}) => id <= base)].sort(order).slice(0, limit);
  };

  return {
    ...journal,
    append: (result) => makeRoom(journal.append(result)),
    importResult,
    importResults: (keyed) => keyed.flatMap(({result, key}) => importResult(result, key)?.result ?? []),
    wasImported,
    after: (id, limit) => {
      const older =
        id < base
          ? onDisk()
              .after(id, limit)
              .filter((row) => row.id <= base)
          : [];
      return [...older, ...journal.after(Math.max(id, base), limit - older.length)];
    },
    result: (id) => journal.result(id) ?? (id <= base ? onDisk().result(id) : undefined),
    previous: (row) => (row.id > base ? journal : onDisk()).previous(row),
    prune: () => 0,
    page: (query) => ofBoth((part) => part.page(query), newestFirst, query.limit),
    following: (range, after, limit) =>
      ofBoth((part) => part.following(range, after, limit), oldestFirst, limit),
    // The hours are all here, the results are not.
    steps: (query) => journal.steps({...query, exact: false}),
    unsaved,
    saveTo: (target, forMs) => {
      const untilMs = Date.now() + forMs;
      for (let [row] = journal.after(savedId, 1); row !== undefined; [row] = journal.after(savedId, 1)) {
        if (Date.now() > untilMs) return undefined;
        const key = keys.get(row.id);
        const saved = key === undefined ? target.append(row.result) : target.importResult(row.result, key);
        // Another process has imported it there meanwhile.
        const id = saved?.id ?? target.lastId();
        noteSaved.run(row.id, id);
        keys.delete(row.id);
        savedId = row.id;
        isRenumbered ||= id !== row.id;
      }
      withDisk(db, `${pathToFileURL(path).href}?mode=rw`, () => saveState.immediate());
      return countSaved() ?? 0;
    },
    isRenumbered: () => isRenumbered,
  };
};

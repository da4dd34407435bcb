import {openDatabase, openUnchanged} from '../journal/database.ts';
import {UnreadableRowError} from '../journal/fault.ts';
import {columnsOf, command, type Database, numberQuery, statement, textOf} from '../journal/query.ts';
import type {Block} from '../scrape/block.ts';
import {bytesOf, bytesOfExemplars, exemplarsOf, floatsOf} from './stored-columns.ts';
import {openStoredLayouts} from './stored-layouts.ts';

/** The schema's history: append only, as that of the results' journal. */
const schema: readonly string[] = [
  // Columns of samples are float64s as they are in memory. A scrape is known by the number of its first block.
  `CREATE TABLE layouts (
     id    INTEGER PRIMARY KEY,
     key   TEXT NOT NULL UNIQUE,
     bytes BLOB NOT NULL
   ) STRICT;
   CREATE TABLE blocks (
     id         INTEGER PRIMARY KEY AUTOINCREMENT,
     scrape     INTEGER NOT NULL,
     layout     INTEGER NOT NULL,
     time_ms    INTEGER NOT NULL,
     sampled    BLOB NOT NULL,
     timestamps BLOB,
     created    BLOB,
     exemplars  BLOB
   ) STRICT;
   CREATE INDEX blocks_by_scrape ON blocks (scrape);
   CREATE INDEX blocks_by_layout ON blocks (layout);
   CREATE TABLE cursors (
     destination TEXT PRIMARY KEY,
     done_id     INTEGER NOT NULL
   ) STRICT;`,
];

// Nothing else is done while a lock is waited for.
const lockWaitMs = 500;

/** The blocks of one scrape, which were appended together. */
export interface StoredScrape {
  /** The number of the last of them: they count up and are never used twice. */
  readonly id: number;
  readonly blocks: readonly [Block, ...Block[]];
}

/** Destinations that are no longer kept for, and how many samples were deleted that no other had yet to take. */
export interface Forgotten {
  readonly destinations: readonly string[];
  readonly samples: number;
}

/** A journal of scrapes in an open file. All calls throw what SQLite throws, or an `UnreadableRowError`. */
export interface ScrapeDatabase {
  /** Commits a scrape's blocks, and how far these destinations have come. Returns the scrape's number. */
  append(blocks: readonly Block[], cursors: ReadonlyMap<string, number>): number;
  /** The first scrape after that number. */
  after(id: number): StoredScrape | undefined;
  lastId(): number;
  cursors(): ReadonlyMap<string, number>;
  /**
   * Notes how far each destination has come, and forgets all others. Deletes what none of them needs, and counts what of it was
   * not after the scrape `countedUpTo`.
   */
  keepFor(cursors: ReadonlyMap<string, number>, countedUpTo?: number): Forgotten;
  /** Makes numbers go on behind this one. Only for a file without blocks. */
  startAfter(id: number): void;
  /**
   * Deletes, in one transaction, layouts that no block has, and then the oldest scrapes, until no more than so many bytes of the
   * file are in use. It stops before that after a thousand scrapes, for that takes long. Returns how many samples were deleted.
   */
  makeRoom(mostBytes: number): number;
  /** How many bytes of the file are in use. */
  bytes(): number;
  /** The time of the first block after that number, Unix milliseconds. */
  timeAfter(id: number): number | undefined;
  /** Deletes layouts that nobody needs. */
  prune(): void;
  close(): void;
}

const droppedAtOnce = 1000;

const samplesInBlocks = 'SELECT sum(length(sampled)) / 8 FROM blocks';

const scrapesIn = (db: Database, now: () => number): ScrapeDatabase => {
  db.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
  const layouts = openStoredLayouts(db, now);
  /** Whether there can be layouts that no block has. To look takes long where a backlog has many. */
  let mayHaveUnused = true;
  const insert = command(
    db,
    `INSERT INTO blocks (scrape, layout, time_ms, sampled, timestamps, created, exemplars)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastId = numberQuery(db, `SELECT seq FROM sqlite_sequence WHERE name = 'blocks'`);
  const select = statement(
    db,
    `SELECT id, layout, time_ms, sampled, timestamps, created, exemplars FROM blocks
       WHERE scrape = (SELECT scrape FROM blocks WHERE id > ? ORDER BY id LIMIT 1) ORDER BY id`,
  );
  const selectCursors = statement(db, 'SELECT CAST(destination AS BLOB), done_id FROM cursors');
  const setCursor = command(db, 'INSERT OR REPLACE INTO cursors (destination, done_id) VALUES (?, ?)');
  const firstDone = numberQuery(db, 'SELECT min(done_id) FROM cursors');
  const forgetOthers = statement(
    db,
    `DELETE FROM cursors WHERE destination NOT IN (SELECT value FROM json_each(?))
       RETURNING CAST(destination AS BLOB)`,
  );
  const samplesUpTo = numberQuery(db, `${samplesInBlocks} WHERE id <= ?`);
  const removeUpTo = command(db, 'DELETE FROM blocks WHERE id <= ?');
  const oldest = statement(
    db,
    `SELECT max(id), sum(length(sampled)) / 8 FROM blocks
       WHERE scrape = (SELECT scrape FROM blocks ORDER BY id LIMIT 1)`,
  );
  const pageBytes = numberQuery(db, 'PRAGMA page_size')() ?? 4096;
  const pages = numberQuery(db, 'PRAGMA page_count');
  const freePages = numberQuery(db, 'PRAGMA freelist_count');
  const bytes = (): number => ((pages() ?? 0) - (freePages() ?? 0)) * pageBytes;
  const timeAfter = numberQuery(db, 'SELECT time_ms FROM blocks WHERE id > ? ORDER BY id LIMIT 1');

  /** The number of the last block that no destination has yet to take. */
  const lastDone = (): number => {
    const last = lastId() ?? 0;
    return Math.min(last, firstDone() ?? last);
  };

  const removeDone = (): void => {
    if (removeUpTo.run(lastDone()) > 0) mayHaveUnused = true;
  };

  const note = (cursors: ReadonlyMap<string, number>): void => {
    for (const [destination, id] of cursors) setCursor.run(destination, id);
    removeDone();
  };

  const keepFor = db.transaction((cursors: ReadonlyMap<string, number>, countedUpTo: number): Forgotten => {
    note(cursors);
    const destinations = forgetOthers
      .all(JSON.stringify([...cursors.keys()]))
      .map((row) => textOf(columnsOf(row)[0]));
    const samples = samplesUpTo(Math.min(lastDone(), countedUpTo)) ?? 0;
    removeDone();
    return {destinations, samples};
  });

  const append = db.transaction((blocks: readonly Block[], cursors: ReadonlyMap<string, number>): number => {
    note(cursors);
    const scrape = (lastId() ?? 0) + 1;
    for (const {layout, timeMs, values, timestampsMs, createdMs, exemplars: given} of blocks) {
      insert.run(
        scrape,
        layouts.idOf(layout),
        timeMs,
        bytesOf(values),
        bytesOf(timestampsMs),
        bytesOf(createdMs),
        bytesOfExemplars(given),
      );
    }
    return scrape + blocks.length - 1;
  });

  /** Deletes the oldest scrape, and the layouts that only it has. Gives its samples, undefined where there is none. */
  const dropOldest = (): number | undefined => {
    const [id, samples] = columnsOf(oldest.get());
    if (typeof id !== 'number' || typeof samples !== 'number') return undefined;
    layouts.removeUpTo(id);
    removeUpTo.run(id);
    return samples;
  };

  const makeRoom = db.transaction((mostBytes: number): number => {
    if (mayHaveUnused) layouts.removeUnused();
    let dropped = 0;
    for (let count = 0; count < droppedAtOnce && bytes() > mostBytes; count += 1) {
      const samples = dropOldest();
      if (samples === undefined) break;
      dropped += samples;
    }
    return dropped;
  });

  const blockOf = (row: unknown): Block & {readonly id: number} => {
    const [id, layoutId, timeMs, values, timestamps, created, given] = columnsOf(row);
    if (typeof id !== 'number' || typeof layoutId !== 'number' || typeof timeMs !== 'number')
      throw new UnreadableRowError('journal: a block without numbers');
    const layout = layouts.layout(layoutId);
    return {
      id,
      layout,
      timeMs,
      values: floatsOf(values, layout.size),
      ...(timestamps !== null && {timestampsMs: floatsOf(timestamps, layout.size)}),
      ...(created !== null && {createdMs: floatsOf(created, layout.size)}),
      ...(given !== null && {exemplars: exemplarsOf(given)}),
    };
  };

  return {
    append: (blocks, cursors) => {
      try {
        return append.immediate(blocks, cursors);
      } catch (error) {
        layouts.forget();
        throw error;
      }
    },
    after: (id) => {
      const [first, ...others] = select.all(id).map(blockOf);
      return first && {id: others.at(-1)?.id ?? first.id, blocks: [first, ...others]};
    },
    lastId: () => lastId() ?? 0,
    cursors: () =>
      new Map(
        selectCursors.all().map((row) => {
          const [destination, id] = columnsOf(row);
          return [textOf(destination), typeof id === 'number' ? id : 0];
        }),
      ),
    keepFor: (cursors, countedUpTo = Infinity) => keepFor.immediate(cursors, countedUpTo),
    startAfter: (id) => {
      db.exec(`INSERT INTO sqlite_sequence (name, seq) VALUES ('blocks', ${id})`);
    },
    makeRoom: (mostBytes) => {
      const samples = makeRoom.immediate(mostBytes);
      mayHaveUnused = false;
      return samples;
    },
    bytes,
    timeAfter: (id) => timeAfter(id),
    prune: layouts.prune,
    close: () => {
      db.close();
    },
  };
};

/**
 * Opens the file at `path`, or makes it.
 * @param now a clock that only goes forward, in milliseconds.
 */
export const openScrapeDatabase = (path: string, now: () => number): ScrapeDatabase => {
  const db = openDatabase(path, undefined, schema);
  try {
    return scrapesIn(db, now);
  } catch (error) {
    db.close();
    throw error;
  }
};

/**
 * How many samples of scrapes after that number are in a file that was set aside as damaged: 0 where it can't tell. Leaves it as
 * it is.
 */
export const samplesInDamaged = (path: string, afterId: number): number => {
  let db: Database | undefined;
  try {
    db = openUnchanged(path, schema, lockWaitMs);
    return db === undefined ? 0 : (numberQuery(db, `${samplesInBlocks} WHERE id > ?`)(afterId) ?? 0);
  } catch {
    // What it says is known: the file is damaged.
    return 0;
  } finally {
    db?.close();
  }
};

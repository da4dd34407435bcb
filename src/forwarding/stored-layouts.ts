import {UnreadableRowError} from '../journal/fault.ts';
import {columnsOf, command, type Database, numberQuery, statement, textOf} from '../journal/query.ts';
import type {Layout} from '../scrape/block.ts';
import {LayoutError, readLayout} from '../scrape/layout.ts';

/** The layouts of a journal of scrapes, each of which is there once. */
export interface StoredLayouts {
  /** The number of a layout's row, which is made where there is none. */
  idOf(layout: Layout): number;
  /** The layout of a row that `idOf` made, now or before. Throws an `UnreadableRowError`. */
  layout(id: number): Layout;
  /** Forgets what is known of the rows, after a transaction that made some has failed. */
  forget(): void;
  /** Deletes the rows that only blocks up to this one have. */
  removeUpTo(blockId: number): void;
  /** Deletes the rows that no block has. */
  removeUnused(): void;
  /** Deletes the rows that no block has and that were not asked for lately: a target is bound to have the same series again. */
  prune(): void;
}

// Of a target that is scraped less often, the row is made anew each time.
const rowKeptMs = 3 * 60_000;
/** Most bytes of layouts that are kept for a backlog, which has many where a target's series change. */
const keptBytes = 8 * 2 ** 20;

/**
 * Layouts by the numbers of their rows: those that are in use anyway, such as by a target's last page, and of the others those
 * that were asked for last.
 */
const createLayoutMemory = (mostBytes: number) => {
  const inUse = new Map<number, WeakRef<Layout>>();
  const held = new Map<number, Layout>();
  let bytes = 0;
  const release = (id: number): void => {
    bytes -= held.get(id)?.bytes.length ?? 0;
    held.delete(id);
  };
  const put = (id: number, layout: Layout): void => {
    release(id);
    held.set(id, layout);
    bytes += layout.bytes.length;
    for (const oldest of held.keys()) {
      if (bytes <= mostBytes) break;
      release(oldest);
    }
    if (inUse.get(id)?.deref() !== layout) inUse.set(id, new WeakRef(layout));
  };
  return {
    put,
    get: (id: number): Layout | undefined => {
      const layout = inUse.get(id)?.deref();
      if (layout !== undefined) put(id, layout);
      return layout;
    },
    /** Drops the numbers of what is in use no more. */
    tidy: (): void => {
      for (const [id, layout] of inUse) if (layout.deref() === undefined) inUse.delete(id);
    },
    clear: (): void => {
      inUse.clear();
      held.clear();
      bytes = 0;
    },
  };
};

/**
 * @param now a clock that only goes forward, in milliseconds.
 * @param mostBytes how much is kept in memory of layouts that nothing else uses. The rest is read again when it is asked for.
 */
export const openStoredLayouts = (
  db: Database,
  now: () => number,
  mostBytes: number = keptBytes,
): StoredLayouts => {
  const rows = new Map<string, {readonly id: number; usedMs: number}>();
  const memory = createLayoutMemory(mostBytes);
  const find = numberQuery(db, 'SELECT id FROM layouts WHERE key = ?');
  const insert = command(db, 'INSERT INTO layouts (key, bytes) VALUES (?, ?)');
  const read = statement(db, 'SELECT bytes, CAST(key AS BLOB) FROM layouts WHERE id = ?');
  const removeUpTo = command(
    db,
    `DELETE FROM layouts WHERE id IN (SELECT layout FROM blocks WHERE id <= ?1)
       AND NOT EXISTS (SELECT 1 FROM blocks WHERE layout = layouts.id AND id > ?1)`,
  );
  const removeOthers = command(
    db,
    `DELETE FROM layouts WHERE id NOT IN (SELECT layout FROM blocks)
       AND id NOT IN (SELECT value FROM json_each(?))`,
  );

  const add = (layout: Layout): number => {
    insert.run(layout.key, layout.bytes);
    return find(layout.key) ?? 0;
  };
  const load = (id: number): Layout => {
    const [bytes, key] = columnsOf(read.get(id));
    if (!(bytes instanceof Uint8Array)) throw new UnreadableRowError(`journal: layout ${id} has no bytes`);
    try {
      const layout = readLayout(new Uint8Array(bytes));
      if (layout.key !== textOf(key)) throw new LayoutError(`layout ${id} is not what was written`);
      memory.put(id, layout);
      return layout;
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      throw new UnreadableRowError(`journal: ${error.message}`);
    }
  };

  return {
    idOf: (layout) => {
      const id = rows.get(layout.key)?.id ?? find(layout.key) ?? add(layout);
      rows.set(layout.key, {id, usedMs: now()});
      // Also in the place of another one: SQLite gives a new row the number of one that was deleted.
      memory.put(id, layout);
      return id;
    },
    layout: (id) => memory.get(id) ?? load(id),
    forget: () => {
      rows.clear();
      memory.clear();
    },
    removeUpTo: (blockId) => {
      removeUpTo.run(blockId);
      rows.clear();
    },
    removeUnused: () => {
      rows.clear();
      removeOthers.run('[]');
    },
    prune: () => {
      memory.tidy();
      for (const [key, {usedMs}] of rows) if (usedMs < now() - rowKeptMs) rows.delete(key);
      removeOthers.run(JSON.stringify([...rows.values()].map(({id}) => id)));
    },
  };
};

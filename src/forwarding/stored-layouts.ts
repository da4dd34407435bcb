import type {Database} from '../journal/database.ts';
import {UnreadableRowError} from '../journal/fault.ts';
import {columnsOf, numberQuery, statement, textOf} from '../journal/query.ts';
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
  /** Deletes what no block has and what was not asked for lately: a target is bound to have the same series again. */
  prune(): void;
}

interface Known {
  readonly id: number;
  readonly layout: Layout;
  usedMs: number;
}

const keptMs = 15 * 60_000;

/** @param now the time in milliseconds. */
export const openStoredLayouts = (db: Database, now: () => number): StoredLayouts => {
  const byKey = new Map<string, Known>();
  const byId = new Map<number, Known>();
  const find = numberQuery(db, 'SELECT id FROM layouts WHERE key = ?');
  const insert = db.prepare('INSERT INTO layouts (key, bytes) VALUES (?, ?)');
  const read = statement(db, 'SELECT bytes, CAST(key AS BLOB) FROM layouts WHERE id = ?');
  const needed = numberQuery(db, 'SELECT 1 FROM blocks WHERE layout = ? LIMIT 1');
  const remove = db.prepare('DELETE FROM layouts WHERE id = ?');
  const removeUnknown = db.prepare(
    `DELETE FROM layouts WHERE id NOT IN (SELECT layout FROM blocks)
       AND id NOT IN (SELECT value FROM json_each(?))`,
  );

  const keep = (id: number, layout: Layout): Known => {
    const known = {id, layout, usedMs: now()};
    byKey.set(layout.key, known);
    byId.set(id, known);
    return known;
  };
  const add = (layout: Layout): number => {
    insert.run(layout.key, layout.bytes);
    return find(layout.key) ?? 0;
  };
  const load = (id: number): Known => {
    const [bytes, key] = columnsOf(read.get(id));
    if (!(bytes instanceof Uint8Array)) throw new UnreadableRowError(`journal: layout ${id} has no bytes`);
    try {
      const layout = readLayout(new Uint8Array(bytes));
      if (layout.key !== textOf(key)) throw new LayoutError(`layout ${id} is not what was written`);
      return keep(id, layout);
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      throw new UnreadableRowError(`journal: ${error.message}`);
    }
  };

  return {
    idOf: (layout) => {
      const known = byKey.get(layout.key) ?? keep(find(layout.key) ?? add(layout), layout);
      known.usedMs = now();
      return known.id;
    },
    layout: (id) => (byId.get(id) ?? load(id)).layout,
    forget: () => {
      byKey.clear();
      byId.clear();
    },
    prune: () => {
      const beforeMs = now() - keptMs;
      for (const {id, layout, usedMs} of byId.values()) {
        if (usedMs > beforeMs || needed(id) !== undefined) continue;
        remove.run(id);
        byKey.delete(layout.key);
        byId.delete(id);
      }
      removeUnknown.run(JSON.stringify([...byId.keys()]));
    },
  };
};

import {existsSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {openDatabase} from './database.ts';
import {UnreadableRowError} from './fault.ts';
import {identityOf, moveDatabase, removeDatabase, setAside} from './files.ts';
import {makeFolder} from './folder.ts';
import type {Journal} from './journal.ts';
import {columnsOf, command, type Database, statement} from './query.ts';
import {createJournal} from './sqlite-journal.ts';

/** A journal's file, open. */
export interface Disk {
  readonly path: string;
  readonly db: Database;
  readonly journal: Journal;
  readonly identity: readonly string[];
}

// Checking as much takes some 20 ms. What is damaged in a larger file is found when it is read.
const checkedBytes = 32 * 2 ** 20;

const check = (db: Database, path: string): void => {
  if (statSync(path).size > checkedBytes) return;
  const [verdict] = columnsOf(statement(db, 'PRAGMA quick_check(1)').get());
  if (verdict === 'ok') return;
  throw new UnreadableRowError(String(verdict).replace('*** in database main ***\n', ''));
};

/**
 * Opens a journal's file, and checks it unless it is large. Throws a `JournalError` or an `UnreadableRowError`.
 * @param onOldSchema as for `openDatabase`.
 */
export const openDisk = (path: string, onOldSchema: () => void): Disk => {
  const db = openDatabase(path, onOldSchema);
  try {
    // Nothing else is done while a lock is waited for, and a journal in memory can stand in.
    db.exec('PRAGMA busy_timeout = 500');
    check(db, path);
    const journal = createJournal(db);
    journal.lastId(); // SQLite makes the file's companions with the first query
    return {path, db, journal, identity: identityOf(path)};
  } catch (error) {
    db.close();
    throw error;
  }
};

/**
 * Makes numbers go on behind `lastId`, the highest that was ever given out, where the file has lost it.
 * Gives how many results it has lost so.
 */
export const skipLost = ({db, journal}: Disk, lastId: number): number => {
  const found = journal.lastId();
  if (found >= lastId) return 0;
  const moveCursors = command(db, 'UPDATE cursors SET done_id = ? WHERE done_id = ?');
  db.transaction(() => {
    db.exec(`DELETE FROM sqlite_sequence WHERE name = 'results'`);
    db.exec(`INSERT INTO sqlite_sequence (name, seq) VALUES ('results', ${lastId})`);
    moveCursors.run(lastId, found);
  }).immediate();
  return lastId - found;
};

/** Whether the file was deleted or replaced: what is open is all there, but under no name any more. */
export const isAstray = ({path, identity}: Disk): boolean => {
  try {
    return identityOf(path).join() !== identity.join();
  } catch {
    return false; // a disk that can't be asked now
  }
};

/** Writes all that is open back to where it was. Gives where anything that is now in its place is kept. */
export const writeBack = ({path, db, identity}: Disk): string | undefined => {
  const fresh = `${path}.new`;
  makeFolder(dirname(path));
  removeDatabase(fresh);
  try {
    db.exec(`VACUUM INTO '${fresh.replaceAll("'", "''")}'`);
  } catch (error) {
    removeDatabase(fresh);
    throw error;
  }
  const isOther = existsSync(path) && identityOf(path)[0] !== identity[0];
  const aside = isOther ? setAside(path, 'replaced', identity) : undefined;
  moveDatabase(fresh, path);
  return aside;
};

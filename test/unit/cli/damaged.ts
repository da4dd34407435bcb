import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openDatabase} from '../../../src/journal/database.ts';
import {numberQuery} from '../../../src/journal/query.ts';

/** A journal with the page that this table begins on overwritten. */
export const makeDamaged = (folder: string, table: string): string => {
  const path = join(folder, 'journal.db');
  const made = join(folder, 'made.db');
  const db = openDatabase(made);
  const page = numberQuery(db, 'SELECT rootpage FROM sqlite_schema WHERE name = ?')(table) ?? 0;
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  writeFileSync(path, readFileSync(made).fill('x', (page - 1) * 4096, page * 4096));
  return path;
};

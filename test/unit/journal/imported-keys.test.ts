import {copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openDatabase} from '../../../src/journal/database.ts';
import {importedKeys} from '../../../src/journal/imported-keys.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {newPath, open} from './open.ts';

/** A journal that no process has open, with this schema and what else is done to it. */
const alone = (schema: readonly string[], sql: string): string => {
  const made = newPath();
  const db = openDatabase(made, undefined, schema);
  db.exec(sql);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  // A copy, for the files beside it stay until the garbage collector has seen to the statements.
  const path = join(temporaryFolder(), 'journal.db');
  copyFileSync(made, path);
  db.close();
  return path;
};

/** All that is in the journal's folder, byte by byte. */
const filesBeside = (path: string): readonly (readonly [string, Buffer])[] =>
  readdirSync(dirname(path)).map((name) => [name, readFileSync(`${dirname(path)}/${name}`)] as const);

describe('the keys of what was imported', () => {
  it.each(migrations.map((_, index) => index + 1))('are known from schema %i, which stays', (version) => {
    const path = alone(migrations.slice(0, version), "INSERT INTO imports (key) VALUES ('a')");
    const before = filesBeside(path);
    expect(importedKeys(path, ['a', 'b'])).toEqual(new Set(['a']));
    expect(filesBeside(path)).toEqual(before);
    expect(before.map(([name]) => name)).toEqual(['journal.db']);
  });

  it('are known while a bridge has the journal open, with those that it imports meanwhile', () => {
    const path = newPath();
    const journal = open(path);
    journal.importResult(completed(), 'a');
    expect(importedKeys(path, ['a', 'b'])).toEqual(new Set(['a']));
    journal.importResult(completed(), 'b');
    expect(importedKeys(path, ['a', 'b'])).toEqual(new Set(['a', 'b']));
  });

  it('are none where there is no journal yet', () => {
    const path = newPath();
    expect(importedKeys(path, ['a'])).toEqual(new Set());
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, '');
    expect(importedKeys(path, ['a'])).toEqual(new Set());
    expect(filesBeside(path)).toEqual([['journal.db', Buffer.of()]]);
  });

  it('are not asked for where the schema is a newer one, or the file is no journal', () => {
    const newer = alone(migrations, 'PRAGMA user_version = 999');
    expect(() => importedKeys(newer, [])).toThrow(`journal ${newer} has schema version 999, this program`);
    const none = join(temporaryFolder(), 'journal.db');
    writeFileSync(none, 'x'.repeat(8192));
    expect(() => importedKeys(none, [])).toThrow(
      `journal ${none} is not a journal: it is no SQLite database`,
    );
  });
});

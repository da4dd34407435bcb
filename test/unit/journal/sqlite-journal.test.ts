import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import Libsql from 'libsql';
import {describe, expect, it} from 'vitest';
import {lockJournal} from '../../../src/journal/database.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {newPath, open} from './open.ts';

describe('retention', () => {
  it('removes old results, but not those that a destination has yet to take', () => {
    const journal = open();
    journal.cursor('slow');
    for (const endedAtMs of [1000, 2000, 3000]) journal.append(completed({endedAtMs}));
    journal.advance('slow', 1);
    expect(journal.prune(2500, ['slow'])).toBe(1);
    expect(journal.after(0, 10).map(({id}) => id)).toEqual([2, 3]);
    journal.advance('slow', 3);
    expect(journal.prune(2500, ['slow'])).toBe(1);
    expect(journal.after(0, 10).map(({id}) => id)).toEqual([3]);
  });

  it('removes rejections with their results, but keeps those that are to be sent again', () => {
    const journal = open();
    journal.cursor('a');
    for (const resultId of [1, 2]) {
      journal.append(completed({endedAtMs: 1000}));
      journal.reject('a', {resultId, cause: 'no', atMs: 5});
    }
    journal.retryRejected('a', 2);
    expect(journal.prune(2000, ['a'])).toBe(1);
    expect(journal.rejections('a')).toEqual([]);
    expect(journal.retries('a', 10).map(({id}) => id)).toEqual([2]);
    // A destination that is gone from the configuration holds nothing back.
    expect(journal.prune(2000, ['b'])).toBe(1);
    expect(journal.status('a')?.retrying).toBe(0);
  });

  it('keeps what a destination shows at present, for its series have yet to be ended', () => {
    const journal = open();
    for (const id of [1, 2]) expect(journal.append(completed({endedAtMs: 1000})).id).toBe(id);
    journal.setLive('a', [{job: 'wan', resultId: 2, lastSampleMs: 1000, series: ['a']}]);
    expect(journal.prune(2000, ['a'])).toBe(1);
    expect(journal.result(2)?.id).toBe(2);
    journal.setLive('a', [{job: 'wan', resultId: 2, lastSampleMs: 1000, series: []}]);
    expect(journal.prune(2000, ['a'])).toBe(1);
  });
});

describe('a file that can not be used', () => {
  it('is refused when it is no database, and left as it is', () => {
    const path = join(temporaryFolder(), 'notes.txt');
    writeFileSync(path, 'these are my notes '.repeat(100));
    expect(() => openJournal(path)).toThrow(
      `journal ${path} is not a journal: it is no SQLite database (storage.path)`,
    );
  });

  it('is refused when a newer version wrote it', () => {
    const path = newPath();
    openJournal(path).close();
    const db = new Libsql(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openJournal(path)).toThrow(
      /schema version 99, this program knows up to \d+: it was written by a newer/,
    );
  });

  it('is refused when it is a folder', () => {
    const path = temporaryFolder();
    expect(() => openJournal(path)).toThrow(
      `journal ${path} cannot be opened or made: is its folder there, and writable?`,
    );
  });

  it('is refused when its folder can not be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openJournal(join(folder, 'file', 'journal.db'))).toThrow(
      /^journal .* cannot be opened or made: is its folder there, and writable\?/,
    );
  });

  it('is refused when its folder can not be written', () => {
    const folder = join(temporaryFolder(), 'readonly');
    mkdirSync(folder, {mode: 0o500});
    // Root writes in any folder but the kernel's own.
    const path = join(process.getuid?.() === 0 ? '/proc' : folder, 'journal.db');
    const below = join(dirname(path), 'new', 'journal.db');
    expect(() => openJournal(below)).toThrow(`journal ${below} cannot be opened or made: `);
    expect(() => openJournal(path)).toThrow(
      `journal ${path} cannot be opened or made: is its folder there, and writable?`,
    );
    expect(() => lockJournal(path)).toThrow(`journal ${path} cannot be opened or made`);
  });
});

describe('the lock', () => {
  it('is held by one at a time and free again when released', () => {
    const path = newPath();
    const release = lockJournal(path);
    expect(release).toBeTypeOf('function');
    expect(lockJournal(path)).toBeUndefined();
    release?.();
    const again = lockJournal(path);
    expect(again).toBeTypeOf('function');
    again?.();
  });

  it('is free again when its holder was killed', () => {
    const path = newPath();
    openJournal(path).close();
    const script = `
      const Libsql = require('libsql');
      const db = new Libsql(process.argv[1] + '.lock', {timeout: 0});
      db.exec('BEGIN EXCLUSIVE');
      process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['-e', script, path]).signal).toBe('SIGKILL');
    const release = lockJournal(path);
    expect(release).toBeTypeOf('function');
    release?.();
  });
});

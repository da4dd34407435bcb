import {createHash} from 'node:crypto';
import {closeSync, openSync, writeSync} from 'node:fs';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openDatabase} from '../../../src/journal/database.ts';
import {openMemoryJournal} from '../../../src/journal/memory-journal.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {numberQuery} from '../../../src/journal/query.ts';
import {replaceDamaged} from '../../../src/journal/salvage.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {open} from './open.ts';

const pageBytes = 4096;
const count = 100;
const versions = migrations.map((_, index) => index + 1);

/** A journal as the program wrote it that had the first migrations only, with results and a destination's state. */
const makeOld = (version: number): string => {
  const path = `${temporaryFolder()}/journal.db`;
  const db = new Libsql(path);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  db.exec(migrations.slice(0, version).join('\n'));
  db.exec(`PRAGMA user_version = ${version}`);
  const insert = db.prepare('INSERT INTO results (job, status, ended_at_ms, body) VALUES (?, ?, ?, ?)');
  for (let index = 0; index < count; index += 1) {
    const result = completed({endedAtMs: 1_790_000_000_000 + index});
    insert.run(result.job, result.status, result.endedAtMs, JSON.stringify(result));
  }
  db.exec(`INSERT INTO cursors VALUES ('a', ${count - 10})`);
  db.exec(`INSERT INTO rejections VALUES ('a', 3, 'too late', 5, 0)`);
  db.exec(`INSERT INTO live VALUES ('a', 'wan', ${count - 10}, 7); COMMIT`);
  db.close();
  return path;
};

/** Spoils the page of results that comes first. */
const spoil = (path: string): void => {
  const db = new Libsql(path);
  const page = numberQuery(
    db,
    `SELECT min(pageno) FROM dbstat WHERE name = 'results' AND pagetype = 'leaf'`,
  )();
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pageBytes, 'x'), 0, pageBytes, ((page ?? 0) - 1) * pageBytes);
  closeSync(file);
};

it('migrations are appended, and never changed', () => {
  const hashes = migrations.map((text) => createHash('sha256').update(text).digest('hex').slice(0, 16));
  expect(hashes).toEqual([
    'a3b71e9d25ce5fe9',
    '9b0a518edbc945c2',
    'a6f9b3fd064cbe7b',
    'e50c4944976b7615',
    '45236647eb53f8ce',
  ]);
});

describe.each(versions)('a file of schema version %i', (version) => {
  it('has its schema on the first page once it is opened, where salvage looks for it', () => {
    const db = openDatabase(makeOld(version));
    onTestFinished(() => void db.close());
    expect(numberQuery(db, "SELECT count(*) FROM dbstat WHERE name = 'sqlite_schema'")()).toBe(1);
  });

  it('that can only be read is gone on from in memory', () => {
    const path = makeOld(version);
    const memory = openMemoryJournal(path, () => undefined, 0);
    onTestFinished(() => memory.close());
    expect(memory.newest('wan')?.id).toBe(count);
    expect(memory.lastId()).toBe(count);
    expect(memory.cursor('a')).toBe(count - 10);
    expect(memory.rejections('a')).toMatchObject([{resultId: 3}]);
    expect(memory.live('a')).toMatchObject([{job: 'wan', resultId: count - 10}]);
    memory.append(completed());
    const disk = open(path);
    expect(memory.saveTo(disk, 10_000)).toBe(1);
    expect([disk.lastId(), disk.cursor('a')]).toEqual([count + 1, count - 10]);
  });

  it.each(['', 'and written back '])(
    'opened %sand damaged loses no more than what the damage is on',
    (how) => {
      const path = makeOld(version);
      const db = openDatabase(path);
      db.prepare('INSERT INTO live_series VALUES (?, ?, ?)').run('a', 'wan', 'one\ntwo');
      const written = how === '' ? path : `${path}.written`;
      if (how !== '') db.exec(`VACUUM INTO '${written}'`);
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      spoil(written);
      const salvaged = replaceDamaged(written, {lastId: 0, cursors: new Map()});
      expect(salvaged).toMatchObject({positions: true});
      expect(salvaged.results).toBeGreaterThan(count - 10);
      const journal = open(written);
      expect(journal.cursor('a')).toBe(count - 10);
      expect(journal.rejections('a')).toMatchObject([{resultId: 3, cause: 'too late'}]);
      expect(journal.live('a')).toMatchObject([{resultId: count - 10, series: ['one', 'two']}]);
    },
  );
});

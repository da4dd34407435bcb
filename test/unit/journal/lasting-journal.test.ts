import {copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openLastingJournal} from '../../../src/journal/lasting-journal.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {completed, failed} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

const openLasting = (path: string, saveEveryMs = 50) => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const journal = openLastingJournal({path, notices: {info: say, error: say}, saveEveryMs});
  if (journal === undefined) throw new Error('in use');
  let isOpen = true;
  const close = (): void => {
    if (isOpen) journal.close();
    isOpen = false;
  };
  onTestFinished(close);
  return {journal, lines, close};
};

/** Keeps a journal's file from being written, as a full disk does, until the returned function is called. */
const block = (path: string): (() => void) => {
  const db = new Libsql(path);
  onTestFinished(() => void db.close());
  db.exec('BEGIN IMMEDIATE');
  return () => db.exec('ROLLBACK');
};

const ids = (rows: readonly {readonly id: number}[]) => rows.map(({id}) => id);
const eventually = (check: () => void) => vi.waitFor(check, {timeout: 9000, interval: 20});

const filesLike = (path: string, why: string): readonly string[] =>
  readdirSync(dirname(path)).filter(
    (name) => name.startsWith(`${basename(path)}.${why}-`) && !/-(wal|shm)$/.test(name),
  );

/** Puts a database's main file elsewhere, with all that it holds. */
const copyDatabase = (path: string, to: string): void => {
  const db = new Libsql(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  copyFileSync(path, to);
};

it('says that a file of an earlier version is brought up to date, for that may take a while', () => {
  const path = newPath();
  expect(openLasting(path).lines).toEqual([]);
  const old = new Libsql(`${path}.old`);
  old.exec(`${migrations[0]} PRAGMA user_version = 1`);
  old.close();
  expect(openLasting(`${path}.old`).lines).toEqual([
    `journal ${path}.old is of an earlier version and is brought up to date, which takes some ten seconds for a million results`,
  ]);
});

describe('while the file can not be written', () => {
  it('results, deliveries and what is shown go on from memory, and are saved afterwards', async () => {
    const path = newPath();
    const {journal, lines} = openLasting(path);
    journal.cursor('a');
    journal.append(completed({endedAtMs: 1000}));
    journal.append(completed({job: 'other', endedAtMs: 1000}));
    journal.append(completed({endedAtMs: 2000}));
    const changes = journal.foreignChanges();

    const release = block(path);
    expect(journal.append(failed({endedAtMs: 3000}))).toMatchObject({id: 4, lastSuccessMs: 2000});
    expect(journal.append(completed({endedAtMs: 4000})).id).toBe(5);
    expect(lines).toEqual([
      expect.stringMatching(/can't be used now: database is locked\. Nothing is lost so far/),
    ]);
    expect([
      journal.unsaved(),
      journal.lastId(),
      journal.newest('wan')?.id,
      journal.newest('other')?.id,
    ]).toEqual([2, 5, 5, 2]);
    expect(journal.foreignChanges()).toBeGreaterThan(changes);
    expect(ids(journal.after(1, 3))).toEqual([2, 3, 4]);
    expect(ids(journal.after(3, 10))).toEqual([4, 5]);
    expect(journal.after(4, 1).map((row) => journal.previous(row)?.id)).toEqual([4]);
    const live = {job: 'wan', resultId: 5, lastSampleMs: 4000, series: ['one', 'two']};
    journal.advance('a', 3);
    journal.reject('a', {resultId: 4, cause: 'no', atMs: 1});
    journal.setLive('a', [live]);
    journal.noteFailure('a', {cause: 'down', atMs: 1, nextTryMs: 2});
    expect(journal.cursor('a')).toBe(4);
    expect(open(path).lastId()).toBe(3);

    release();
    await eventually(() => expect(journal.unsaved()).toBe(0));
    expect(lines.at(-1)).toMatch(
      /can be used again, and has the 2 results that only the memory had; nothing is lost$/,
    );
    const other = open(path);
    expect(ids(other.after(0, 10))).toEqual([1, 2, 3, 4, 5]);
    expect(other.after(3, 1)).toEqual([{id: 4, result: failed({endedAtMs: 3000}), lastSuccessMs: 2000}]);
    expect(other.cursor('a')).toBe(4);
    expect(other.rejections('a')).toEqual([{resultId: 4, cause: 'no', atMs: 1}]);
    expect(other.live('a')).toEqual([live]);
    expect(other.status('a')?.failure?.cause).toBe('down');
    expect(journal.append(completed()).id).toBe(6);
    expect(lines).toHaveLength(2);
  });

  it('what another process appends keeps its number, and nothing is left undelivered', async () => {
    const path = newPath();
    const {journal} = openLasting(path, 1000);
    journal.cursor('a');
    journal.append(completed({endedAtMs: 1000}));
    journal.advance('a', 1);
    const release = block(path);
    journal.append(completed({endedAtMs: 2000}));
    journal.advance('a', 2);
    journal.reject('a', {resultId: 2, cause: 'no', atMs: 1});
    release();
    const other = open(path);
    expect(other.append(completed({endedAtMs: 1500})).id).toBe(2);
    await eventually(() => expect(journal.unsaved()).toBe(0));
    expect(journal.after(0, 10).map(({result}) => result.endedAtMs)).toEqual([1000, 1500, 2000]);
    expect(journal.cursor('a')).toBe(1);
    expect(journal.rejections('a')).toEqual([{resultId: 3, cause: 'no', atMs: 1}]);
  });

  it('until the end, it is said what is lost', () => {
    const path = newPath();
    const {journal, lines, close} = openLasting(path);
    block(path);
    journal.append(completed({endedAtMs: 1_790_000_000_000}));
    close();
    expect(lines.at(-1)).toBe(
      `journal ${path} could not be written until the end; lost are 1 result of 2026-09-21T14:13:20.000Z to 2026-09-21T14:13:20.000Z`,
    );
  });
});

describe('a file that comes to harm while it is used', () => {
  it('is written back when it was deleted', async () => {
    const path = newPath();
    const {journal, lines} = openLasting(path);
    journal.cursor('a');
    journal.append(completed());
    rmSync(dirname(path), {recursive: true});
    journal.append(completed());
    await eventually(() =>
      expect(lines).toEqual([
        expect.stringMatching(/was deleted or replaced, and is written back: nothing is lost$/),
      ]),
    );
    journal.append(completed());
    const other = open(path);
    expect([ids(other.after(0, 10)), other.cursor('a')]).toEqual([[1, 2, 3], 0]);
  });

  it('is written back when its write-ahead log was deleted', async () => {
    const path = newPath();
    const {journal, lines} = openLasting(path);
    journal.append(completed());
    rmSync(`${path}-wal`);
    await eventually(() => expect(lines).toHaveLength(1));
    expect(open(path).lastId()).toBe(1);
  });

  it('is written back when it was replaced, and what replaced it is kept aside', async () => {
    const path = newPath();
    const {journal, lines} = openLasting(path);
    journal.append(completed());
    const replacement = newPath();
    open(replacement).append(failed());
    copyDatabase(replacement, `${path}.mine`);
    renameSync(`${path}.mine`, path);
    await eventually(() =>
      expect(lines).toEqual([expect.stringMatching(/what was in its place is kept as /)]),
    );
    expect(open(path).newest()?.result.status).toBe('completed');
    const [aside = ''] = filesLike(path, 'replaced');
    expect(open(`${dirname(path)}/${aside}`).newest()?.result.status).toBe('failed');
  });

  it('is set aside when a row can no longer be read, and the others are saved with their numbers', () => {
    const path = newPath();
    const {journal, lines} = openLasting(path);
    journal.cursor('a');
    for (const endedAtMs of [1000, 2000, 3000]) journal.append(completed({endedAtMs}));
    journal.advance('a', 1);
    const db = new Libsql(path);
    db.exec(`UPDATE results SET body = 'what nobody wrote' WHERE id = 2`);
    db.close();
    expect(ids(journal.after(0, 10))).toEqual([1, 3]);
    expect([journal.cursor('a'), journal.append(completed()).id]).toEqual([1, 4]);
    expect(lines).toEqual([
      expect.stringMatching(/; 2 results of it are saved in a new journal, 1 result could not be read$/),
    ]);
    expect(filesLike(path, 'damaged')).toHaveLength(1);
    expect(ids(open(path).after(0, 10))).toEqual([1, 3, 4]);
  });
});

describe('at the start', () => {
  it('the journal of another process is left to it', () => {
    const path = newPath();
    openLasting(path);
    expect(
      openLastingJournal({path, notices: {info: () => undefined, error: () => undefined}}),
    ).toBeUndefined();
  });

  it('a file that is no journal is refused each time, and left as it is', () => {
    const path = newPath();
    openLasting(path).close();
    const notes = `${path}.txt`;
    const text = 'these are my notes '.repeat(100);
    writeFileSync(notes, text);
    for (let time = 1; time <= 2; time += 1) {
      expect(() => openLasting(notes)).toThrow('is not a journal: it is no SQLite database');
    }
    expect(readFileSync(notes, 'utf8')).toBe(text);
  });

  it('a journal whose beginning is overwritten is set aside, and its results are saved', () => {
    const path = newPath();
    const first = openLasting(path);
    for (const endedAtMs of [1000, 2000]) first.journal.append(completed({endedAtMs}));
    first.close();
    copyDatabase(path, `${path}.copy`);
    const bytes = readFileSync(`${path}.copy`).fill('notes ', 0, 4096);
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, {force: true});
    writeFileSync(path, bytes);
    const {journal, lines} = openLasting(path);
    expect(ids(journal.after(0, 10))).toEqual([1, 2]);
    expect(lines).toEqual([
      expect.stringMatching(
        /was damaged .* is kept as .*; 2 results of it are saved in a new journal, 0 results could not/,
      ),
    ]);
    const [aside = ''] = filesLike(path, 'damaged');
    expect(readFileSync(`${dirname(path)}/${aside}`)).toEqual(bytes);
  });

  it.each([
    ['last_success_ms', 'last_succezs_ms'],
    ['TABLE cursors', 'TABLE cursorz'],
  ])('a journal in whose schema %s has become %s is set aside, and its results are saved', (was, is) => {
    const path = newPath();
    const first = openLasting(path);
    for (const endedAtMs of [1000, 2000]) first.journal.append(completed({endedAtMs}));
    first.close();
    copyDatabase(path, `${path}.copy`);
    const bytes = readFileSync(`${path}.copy`);
    bytes.write(is, bytes.indexOf(was));
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, {force: true});
    writeFileSync(path, bytes);
    const {journal, lines} = openLasting(path);
    journal.cursor('a');
    expect(ids(journal.after(0, 10))).toEqual([1, 2]);
    expect(lines).toEqual([
      expect.stringMatching(/was damaged .* 2 results of it are saved in a new journal, 0 results could not/),
    ]);
    expect(filesLike(path, 'damaged')).toHaveLength(1);
  });

  it('an older copy is noticed, and numbers are not given out again', () => {
    const path = newPath();
    const first = openLasting(path);
    first.journal.cursor('a');
    first.journal.append(completed());
    copyDatabase(path, `${path}.old`);
    first.journal.append(completed());
    first.journal.append(completed());
    first.close();
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, {force: true});
    renameSync(`${path}.old`, path);
    const {journal, lines} = openLasting(path);
    expect(lines).toEqual([
      expect.stringMatching(/has lost the newest 2 results of 3 that had been recorded/),
    ]);
    expect([journal.cursor('a'), journal.append(completed()).id]).toEqual([0, 4]);
  });
});

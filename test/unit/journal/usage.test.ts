import Libsql from 'libsql';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openDatabase} from '../../../src/journal/database.ts';
import {openMemoryJournal} from '../../../src/journal/memory-journal.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {statement} from '../../../src/journal/query.ts';
import {replaceDamaged} from '../../../src/journal/salvage.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {bytesMoved} from '../../../src/journal/usage.ts';
import {completed, failed, fullMeasurement, skipped} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

const quarterMs = 900_000;
const dayMs = 86_400_000;
const startMs = 1_790_000_100_000;
const fullBytes = 1_176_543_212 + 54_321_095;

describe('the bytes that a test moved', () => {
  const failure = {engine: 'librespeed', class: 'timeout', reason: 'slow', bytes: 1000} as const;
  const {download: _, upload: __, ...neither} = fullMeasurement;

  it.each([
    ['are those of both directions', completed(), fullBytes],
    ['include what failed before', completed({fellBackFrom: [failure, failure]}), fullBytes + 2000],
    ['of a failed test are those that were seen', failed({attempts: [failure, failure]}), 2000],
    ['of a failed test that none were seen of are none', failed(), 0],
    ['are none where they are not known', completed({measurement: neither}), 0],
    ['of a skipped test are none', skipped(), 0],
  ])('%s', (_what, result, bytes) => {
    expect(bytesMoved(result)).toBe(bytes);
  });
});

describe('the journal knows how much its tests moved', () => {
  it('since a time, of a job or of all', () => {
    const journal = open();
    expect(journal.movedSince(0)).toBe(0);
    for (const endedAtMs of [startMs - 1, startMs, startMs + 1, startMs + quarterMs]) {
      journal.append(completed({endedAtMs}));
    }
    journal.importResult(completed({endedAtMs: startMs, job: 'other'}), 'key');
    journal.append(skipped({endedAtMs: startMs}));
    expect(journal.movedSince(startMs)).toBe(4 * fullBytes);
    expect(journal.movedSince(startMs, 'wan')).toBe(3 * fullBytes);
    expect(journal.movedSince(startMs + quarterMs, 'wan')).toBe(fullBytes);
    expect(journal.movedSince(startMs, 'unknown')).toBe(0);
  });

  it('also of results that were pruned, for as long as their month may last', () => {
    const journal = open();
    for (const endedAtMs of [startMs, startMs + 31 * dayMs]) journal.append(completed({endedAtMs}));
    expect(journal.prune(startMs + 31 * dayMs, [])).toBe(1);
    expect(journal.movedSince(startMs)).toBe(2 * fullBytes);
    journal.prune(startMs + 33 * dayMs, []);
    expect(journal.movedSince(0)).toBe(fullBytes);
  });

  it('by reading few rows however many results there are', () => {
    const db = openDatabase(newPath());
    const plan = (where: string): string =>
      String(statement(db, `EXPLAIN QUERY PLAN SELECT sum(bytes) FROM usage WHERE ${where}`).get());
    expect(plan('start_ms >= 1')).toContain('SEARCH usage USING INDEX');
    expect(plan("start_ms >= 1 AND job = 'wan'")).toContain('SEARCH usage USING INDEX');
    db.close();
  });

  it('in a file of an earlier version, back to a month ago', () => {
    const path = newPath();
    openDatabase(path).close();
    const [first = ''] = migrations;
    const old = new Libsql(`${path}.old`);
    old.exec(first);
    const insert = old.prepare('INSERT INTO results (job, status, ended_at_ms, body) VALUES (?, ?, ?, ?)');
    const nowMs = Date.now();
    for (const result of [
      completed({endedAtMs: nowMs}),
      completed({endedAtMs: nowMs - 1}),
      completed({endedAtMs: nowMs - 40 * dayMs}),
      failed({endedAtMs: nowMs}),
    ]) {
      insert.run(result.job, result.status, result.endedAtMs, JSON.stringify(result));
    }
    insert.run('wan', 'completed', nowMs, 'no JSON');
    old.exec('PRAGMA user_version = 1');
    old.close();
    const journal = open(`${path}.old`);
    expect(journal.movedSince(0, 'wan')).toBe(2 * fullBytes);
  });

  it('while a file of an earlier version can not be written, from then on', () => {
    const path = newPath();
    openDatabase(path).close();
    const [first = ''] = migrations;
    const old = new Libsql(`${path}.old`);
    old.exec(`${first} INSERT INTO cursors (destination, done_id) VALUES ('a', 7); PRAGMA user_version = 1`);
    old.close();
    const memory = openMemoryJournal(`${path}.old`, () => undefined, 7);
    onTestFinished(() => memory.close());
    expect(memory.cursor('a')).toBe(7);
    memory.append(completed({endedAtMs: startMs}));
    expect(memory.movedSince(startMs)).toBe(fullBytes);
  });

  it('while its file can not be written, and afterwards', () => {
    const path = newPath();
    const disk = open(path);
    disk.append(completed({endedAtMs: startMs}));
    const memory = openMemoryJournal(path, () => disk, 0);
    memory.append(completed({endedAtMs: startMs + 1}));
    expect(memory.movedSince(startMs)).toBe(2 * fullBytes);
    expect(memory.saveTo(disk, 10_000)).toBe(1);
    memory.close();
    expect(disk.movedSince(startMs)).toBe(2 * fullBytes);
  });

  it('after its file was damaged, as far as results were saved', () => {
    const path = newPath();
    const journal = openJournal(path);
    for (let number = 0; number < 20; number += 1) journal.append(completed({endedAtMs: startMs}));
    journal.close();
    const {results} = replaceDamaged(path, {lastId: 20, cursors: new Map()});
    const saved = open(path);
    expect(results).toBe(20);
    expect(saved.movedSince(startMs)).toBe(20 * fullBytes);
  });
});

describe("the newest of a job's completed tests", () => {
  it('is given whatever came after it', () => {
    const journal = open();
    expect(journal.newestCompleted('wan')).toBeUndefined();
    const row = journal.append(completed({endedAtMs: startMs}));
    journal.append(completed({endedAtMs: startMs - 1}));
    journal.append(failed({endedAtMs: startMs + 1}));
    journal.append(completed({endedAtMs: startMs + 2, job: 'other'}));
    expect(journal.newestCompleted('wan')).toEqual(row);
  });
});

import {writeFileSync} from 'node:fs';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished} from 'vitest';
import {holdJournal, openDatabase, openUnchanged} from '../../../src/journal/database.ts';
import {faultOf} from '../../../src/journal/fault.ts';
import {numberQuery} from '../../../src/journal/query.ts';
import {newPath} from './open.ts';

describe('the hold of a journal', () => {
  const hold = (path: string) => {
    const held = holdJournal(path);
    if (held === undefined) throw new Error('in use');
    return held;
  };

  it('tells its next holder the highest number that was noted', () => {
    const path = newPath();
    const first = hold(path);
    expect(first.lastId).toBeUndefined();
    first.noteLastId(0);
    first.release();
    const second = hold(path);
    expect(second.lastId).toBe(0);
    second.noteLastId(12);
    expect(holdJournal(path)).toBeUndefined();
    second.release();
    const third = hold(path);
    expect(third.lastId).toBe(12);
    third.release();
  });

  it('is had again though its file is damaged', () => {
    const path = newPath();
    const first = hold(path);
    first.noteLastId(12);
    first.release();
    writeFileSync(`${path}.lock`, 'x'.repeat(8192));
    const second = hold(path);
    expect(second.lastId).toBeUndefined();
    expect(holdJournal(path)).toBeUndefined();
    second.release();
  });
});

describe('a failed transaction', () => {
  it('fails for its own reason where SQLite has rolled it back already', () => {
    const db = openDatabase(newPath());
    onTestFinished(() => void db.close());
    const fail = db.transaction(() => {
      db.exec('ROLLBACK');
      throw new Error('the reason');
    });
    expect(() => fail()).toThrow('the reason');
  });
});

describe('a file that is opened unchanged', () => {
  it('is judged by its own schema, and waits for a lock as long as is said', () => {
    const path = newPath();
    const schema = ['CREATE TABLE first (id)', ...Array.from({length: 20}, () => 'SELECT 1')];
    openDatabase(path, undefined, schema).close();
    const db = openUnchanged(path, schema, 123);
    onTestFinished(() => void db?.close());
    expect(db && numberQuery(db, 'PRAGMA busy_timeout')()).toBe(123);
    expect(() => openUnchanged(path, schema.slice(0, 1))).toThrow('version 21, this program knows up to 1:');
  });
});

describe('a fault', () => {
  it.each([
    ['unusable', 13],
    ['unusable', 4874],
    ['damaged', 11],
    ['damaged', 779],
    [undefined, 1],
  ])('is %s for code %i', (fault, rawCode) => {
    const error = Object.assign(new Error('words'), {rawCode});
    expect(faultOf(error)).toBe(fault);
    expect(faultOf(new Error('more words', {cause: error}))).toBe(fault);
  });

  it('is told by a file that can not be opened', () => {
    const open = () => new Libsql('/proc/none/journal.db');
    expect(open).toThrow();
    try {
      open();
    } catch (error) {
      expect(faultOf(error)).toBe('unusable');
    }
  });
});

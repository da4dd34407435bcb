import {expect, it, onTestFinished} from 'vitest';
import type {Journal} from '../../../src/journal/journal.ts';
import {openMemoryJournal} from '../../../src/journal/memory-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

const openMemory = (path: string, disk?: Journal, lastId = 0) => {
  const journal = openMemoryJournal(path, () => disk, lastId);
  onTestFinished(() => journal.close());
  return journal;
};

it('goes on behind the last number of a file that can not be read, and does not pass over what is in it', () => {
  const journal = openMemory(newPath(), undefined, 7);
  expect(journal.cursor('a')).toBe(7);
  expect(journal.append(completed()).id).toBe(8);
  expect(journal.after(7, 10).map(({id}) => id)).toEqual([8]);
  expect(() => journal.after(6, 10)).toThrow("can't be read at present");
});

it('is written to a file in which its destinations are not known yet', () => {
  const path = newPath();
  const memory = openMemory(path);
  memory.cursor('a');
  memory.cursor('b');
  for (const endedAtMs of [1000, 2000, 3000]) memory.append(completed({endedAtMs}));
  memory.advance('a', 2);
  const disk = open(path);
  expect(memory.saveTo(disk, 10_000)).toBe(3);
  expect([disk.lastId(), disk.cursor('a'), disk.cursor('b')]).toEqual([3, 2, 0]);
});

it('is written bit by bit', () => {
  const path = newPath();
  const disk = open(path);
  const memory = openMemory(path, disk);
  for (const endedAtMs of [1000, 2000, 3000]) memory.append(completed({endedAtMs}));
  expect(memory.saveTo(disk, -1)).toBeUndefined();
  expect(memory.unsaved()).toEqual({results: 3, firstMs: 1000, lastMs: 3000, dropped: 0});
  expect(memory.saveTo(disk, 10_000)).toBe(3);
  expect(memory.unsaved().results).toBe(0);
});

it('leaves marked what a person has marked in the file meanwhile, unless it has had a verdict since', () => {
  const path = newPath();
  const disk = open(path);
  disk.startAt('a', {kind: 'all'});
  for (const endedAtMs of [1000, 2000, 3000, 4000]) {
    const {id} = disk.append(completed({endedAtMs}));
    disk.reject('a', {resultId: id, cause: 'no', atMs: endedAtMs});
  }
  disk.retryRejected('a', 1);
  disk.retryRejected('a', 2);
  const memory = openMemory(path, disk);
  memory.taken('a', 1);
  memory.reject('a', {resultId: 2, cause: 'no, again', atMs: 5000});
  disk.retryRejected('a', 3);
  expect(memory.saveTo(disk, 10_000)).toBe(0);
  expect(disk.retries('a', 9).map(({id}) => id)).toEqual([3]);
  expect(disk.rejections('a')).toEqual([
    {resultId: 2, cause: 'no, again', atMs: 5000},
    {resultId: 4, cause: 'no', atMs: 4000},
  ]);
});

it('gives up the oldest of more than 10,000 results', () => {
  const path = newPath();
  const memory = openMemory(path);
  for (let endedAtMs = 1; endedAtMs <= 10_002; endedAtMs += 1) memory.append(completed({endedAtMs}));
  expect(memory.unsaved()).toEqual({results: 10_000, firstMs: 3, lastMs: 10_002, dropped: 2});
});

it('imports a result once, whether its key is here or in the file, and makes it known there', () => {
  const path = newPath();
  const disk = open(path);
  disk.importResult(completed({endedAtMs: 1000}), 'a');
  const memory = openMemory(path, disk);
  const keyed = ['a', 'b', 'c', 'b'].map((key) => ({result: completed({endedAtMs: 2000}), key}));
  expect(memory.importResults(keyed)).toHaveLength(2);
  expect(memory.importResult(completed(), 'c')).toBeUndefined();
  expect(['a', 'b', 'd'].map((key) => memory.wasImported(key))).toEqual([true, true, false]);
  disk.importResult(completed({endedAtMs: 2000}), 'c');
  memory.append(completed({endedAtMs: 3000}));
  expect(memory.saveTo(disk, 10_000)).toBe(3);
  expect(disk.after(0, 9).map(({result}) => result.endedAtMs)).toEqual([1000, 2000, 2000, 3000]);
  expect(['b', 'c', 'd'].map((key) => disk.wasImported(key))).toEqual([true, true, false]);
});

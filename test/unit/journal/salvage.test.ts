import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import fc from 'fast-check';
import Libsql from 'libsql';
import {expect, it} from 'vitest';
import {holdJournal} from '../../../src/journal/database.ts';
import {openLastingJournal} from '../../../src/journal/lasting-journal.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed, failed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const pageBytes = 4096;
const results = 150;

type Damage =
  | {readonly kind: 'truncated'; readonly to: number}
  | {
      readonly kind: 'overwritten';
      readonly places: readonly {readonly at: number; readonly bytes: Uint8Array}[];
    };

const garbage = fc.uint8Array({minLength: 1, maxLength: 6000, size: 'max'});
const part = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
const damages: fc.Arbitrary<Damage> = fc.oneof(
  {weight: 1, arbitrary: part.map((to) => ({kind: 'truncated', to}) as const)},
  {
    weight: 3,
    arbitrary: fc
      .array(fc.record({at: part, bytes: garbage}), {minLength: 1, maxLength: 5})
      .map((places) => ({kind: 'overwritten', places}) as const),
  },
);

/** A journal of results, to one destination that has taken most of them, in one file. */
const makeJournal = (path: string): readonly JournalRow[] => {
  const journal = openJournal(path);
  journal.cursor('a');
  const rows = Array.from({length: results}, (_, index) => {
    const times = {startedAtMs: 1e12 + index * 1000, endedAtMs: 1e12 + index * 1000 + 500};
    return journal.append(index % 5 === 4 ? failed(times) : completed(times));
  });
  for (const resultId of [3, 4]) journal.reject('a', {resultId, cause: 'zu spät', atMs: 1});
  journal.advance('a', results - 5);
  journal.setLive('a', [{job: 'wan', resultId: results, lastSampleMs: 1e12, series: ['one', 'two']}]);
  const db = new Libsql(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  journal.close();
  return rows;
};

/** How many results are on the fullest of the journal's pages. */
const mostOnAPage = (path: string): number => {
  const db = new Libsql(path);
  const most = db
    .prepare(`SELECT max(ncell) FROM dbstat WHERE name = 'results' AND pagetype = 'leaf'`)
    .raw(true)
    .get();
  db.close();
  return Number(most);
};

/** The damaged file, and how many of its pages are damaged. */
const spoil = (file: Buffer, damage: Damage): {readonly file: Buffer; readonly pages: number} => {
  if (damage.kind === 'truncated') {
    const left = file.subarray(0, Math.floor(file.length * damage.to));
    return {file: left, pages: Math.ceil((file.length - left.length) / pageBytes)};
  }
  const spoilt = Buffer.from(file);
  const pages = new Set<number>();
  for (const {at, bytes} of damage.places) {
    const offset = Math.floor(file.length * at);
    spoilt.set(bytes.subarray(0, file.length - offset), offset);
    const end = Math.min(offset + bytes.length, file.length);
    for (let page = Math.floor(offset / pageBytes); page * pageBytes < end; page += 1) pages.add(page);
  }
  return {file: spoilt, pages: pages.size};
};

it('however a journal is damaged, it is used on, and all results of the undamaged pages are there as they were', () => {
  const folder = temporaryFolder();
  const original = join(folder, 'original.db');
  const rows = makeJournal(original);
  const file = readFileSync(original);
  const perPage = mostOnAPage(original);
  let number = 0;
  fc.assert(
    fc.property(damages, (damage) => {
      number += 1;
      const path = join(folder, `${number}`, 'journal.db');
      mkdirSync(join(folder, `${number}`));
      const hold = holdJournal(path);
      hold?.noteLastId(results);
      hold?.release();
      const spoilt = spoil(file, damage);
      writeFileSync(path, spoilt.file);

      const lines: string[] = [];
      const say = (line: string) => void lines.push(line);
      const journal = openLastingJournal({path, notices: {info: say, error: say}});
      if (journal === undefined) throw new Error('in use');
      try {
        const found = journal.after(0, results + 1);
        expect(found.filter((row) => !isDeepStrictEqual(row, rows[row.id - 1]))).toEqual([]);
        if (damage.kind === 'overwritten') {
          expect(found.length).toBeGreaterThanOrEqual(results - spoilt.pages * perPage);
        }
        const newest = journal.append(completed());
        expect(newest.id).toBeGreaterThan(results);
        expect(journal.after(newest.id - 1, 1)).toHaveLength(1);
        expect(journal.cursor('a')).toBeLessThanOrEqual(newest.id);
        journal.rejections('a');
        journal.status('a');
        journal.live('a');
        journal.retries('a', 1);
        if (found.length < results)
          expect(lines.join('\n')).toMatch(
            /was damaged \(.*\) and is kept as|has lost the newest 150 results of 150/,
          );
        expect(lines.every((line) => !line.includes('\n'))).toBe(true);
      } finally {
        journal.close();
      }
      const kept = readdirSync(join(folder, `${number}`)).filter((name) => /damaged-[\dTZ-]+$/.test(name));
      for (const name of kept) {
        expect(readFileSync(join(folder, `${number}`, name)).equals(spoilt.file)).toBe(true);
      }
    }),
    {numRuns: 60, seed: 20_261_122, endOnFailure: true},
  );
}, 120_000);

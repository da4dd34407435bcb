import fc from 'fast-check';
import {expect, it} from 'vitest';
import {openDatabase} from '../../../src/journal/database.ts';
import {openMemoryJournal} from '../../../src/journal/memory-journal.ts';
import {newestFirst} from '../../../src/journal/pages.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {createJournal} from '../../../src/journal/sqlite-journal.ts';
import type {TestResult} from '../../../src/result.ts';
import {completed, failed, skipped} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

type Times = Pick<TestResult, 'job' | 'endedAtMs'>;

const all = {fromMs: 0, toMs: 1e14};
const results = fc.array(
  fc
    .record({
      job: fc.constantFrom('wan', 'lan', 'ü'),
      endedAtMs: fc.integer({min: 1000, max: 1020}),
      make: fc.constantFrom<((changes: Times) => TestResult)[]>(completed, failed, skipped),
    })
    .map(({make, ...changes}) => make(changes)),
  {maxLength: 40},
);
const query = fc.record(
  {
    job: fc.constantFrom('wan', 'ü', 'none'),
    status: fc.constantFrom('completed', 'failed', 'skipped'),
    fromMs: fc.integer({min: 995, max: 1025}),
    toMs: fc.integer({min: 995, max: 1025}),
  },
  {requiredKeys: ['fromMs', 'toMs']},
);

it('leafs through exactly what is asked for, newest first and oldest first', () => {
  fc.assert(
    fc.property(results, query, fc.integer({min: 1, max: 7}), (given, {status, ...range}, limit) => {
      const journal = createJournal(openDatabase(':memory:'));
      const rows = given.map((result) => journal.append(result));
      const wanted = rows
        .filter(
          ({result}) =>
            (range.job === undefined || result.job === range.job) &&
            result.endedAtMs >= range.fromMs &&
            result.endedAtMs < range.toMs,
        )
        .sort(newestFirst);

      const pages: JournalRow[] = [];
      const ask = {...range, ...(status && {status}), limit};
      for (let page = journal.page(ask); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(limit);
        pages.push(...page);
        page = journal.page({...ask, beforeId: page.at(-1)?.id ?? 0});
      }
      const ids = (those: readonly JournalRow[]) => those.map(({id}) => id);
      expect(ids(pages)).toEqual(
        ids(wanted.filter(({result}) => status === undefined || result.status === status)),
      );

      const found: JournalRow[] = [];
      for (let some = journal.following(range, undefined, limit); some.length > 0; ) {
        found.push(...some);
        const last = some.at(-1);
        const after = last && {endedAtMs: last.result.endedAtMs, id: last.id};
        some = journal.following(range, after, limit);
      }
      expect(ids(found)).toEqual(ids(wanted).reverse());
      journal.close();
    }),
    {numRuns: 100},
  );
});

it('gives an empty page before a result that is gone', () => {
  const journal = open();
  journal.append(completed());
  expect(journal.page({...all, limit: 5, beforeId: 7})).toEqual([]);
});

it('while the file can not be written, tells of what is in it as well', () => {
  const path = newPath();
  const disk = open(path);
  for (const endedAtMs of [1000, 2000, 3000]) disk.append(completed({endedAtMs}));
  let readable = true;
  const memory = openMemoryJournal(path, () => (readable ? disk : undefined), 0);
  memory.append(completed({endedAtMs: 2500}));
  const ids = () => memory.page({...all, limit: 3}).map(({id}) => id);
  expect(ids()).toEqual([3, 4, 2]);
  expect(memory.following(all, {endedAtMs: 2000, id: 2}, 2).map(({id}) => id)).toEqual([4, 3]);
  readable = false;
  // The newest of the file was taken along.
  expect(ids()).toEqual([3, 4]);
  memory.close();
});

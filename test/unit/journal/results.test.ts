import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed, failed, skipped} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

describe('appending', () => {
  it('numbers results from 1 and gives them back as they were', () => {
    const journal = open();
    const results = [completed(), failed(), skipped()];
    expect(results.map((result) => journal.append(result).id)).toEqual([1, 2, 3]);
    expect(journal.after(0, 10).map(({result}) => result)).toEqual(results);
    expect(journal.after(1, 1).map(({id}) => id)).toEqual([2]);
    expect(journal.lastId()).toBe(3);
  });

  it('is on disk for the next process to read', () => {
    const path = newPath();
    const first = openJournal(path);
    first.append(completed());
    first.close();
    expect(open(path).after(0, 10)).toEqual([
      {id: 1, result: completed(), lastSuccessMs: completed().endedAtMs},
    ]);
  });

  it('remembers the last success of the same job', () => {
    const journal = open();
    expect(journal.append(failed()).lastSuccessMs).toBeUndefined();
    journal.append(completed({endedAtMs: 1000}));
    journal.append(completed({job: 'other', endedAtMs: 2000}));
    expect(journal.append(failed({endedAtMs: 3000})).lastSuccessMs).toBe(1000);
  });

  it('does not take a later success for an earlier one when history is added', () => {
    const journal = open();
    journal.append(completed({endedAtMs: 1000}));
    journal.append(completed({endedAtMs: 9000}));
    expect(journal.append(failed({endedAtMs: 3000})).lastSuccessMs).toBe(1000);
  });

  it('never uses a number twice, even when the newest rows are gone', () => {
    const journal = open();
    journal.append(completed({endedAtMs: 1000}));
    journal.append(completed({endedAtMs: 1000}));
    expect(journal.prune(2000, [])).toBe(2);
    expect(journal.append(completed()).id).toBe(3);
  });
});

describe('the newest result', () => {
  it('is the one that ended last, of one job or of all', () => {
    const journal = open();
    expect(journal.newest()).toBeUndefined();
    journal.append(completed({endedAtMs: 5000}));
    journal.append(completed({job: 'other', endedAtMs: 4000}));
    expect(journal.newest()?.id).toBe(1);
    expect(journal.newest('other')?.id).toBe(2);
    expect(journal.newest('unknown')).toBeUndefined();
  });
});

describe('the previous result', () => {
  it('is the one of the same job that ended last before, by time and then by number', () => {
    const journal = open();
    const rows = [
      completed({endedAtMs: 5000}),
      completed({endedAtMs: 5000}),
      failed({job: 'other', endedAtMs: 6000}),
      skipped({endedAtMs: 3000}),
      completed({endedAtMs: 7000}),
    ].map((result) => journal.append(result));
    expect(rows.map((row) => journal.previous(row)?.id)).toEqual([4, 1, undefined, undefined, 2]);
  });
});

describe('a result by its number', () => {
  it('is given with its last success, or not at all', () => {
    const journal = open();
    journal.append(completed());
    const row = journal.append(failed());
    expect(journal.result(2)).toEqual(row);
    expect(journal.result(3)).toBeUndefined();
  });
});

describe('importing', () => {
  it('appends a result once for each key, also after it was pruned', () => {
    const path = newPath();
    const first = openJournal(path);
    expect(first.importResult(completed({endedAtMs: 1000}), 'ookla a')?.id).toBe(1);
    expect(first.importResult(completed({endedAtMs: 1000}), 'ookla a')).toBeUndefined();
    expect(first.importResult(completed({endedAtMs: 1000}), 'ookla b')?.id).toBe(2);
    first.close();
    const journal = open(path);
    expect(journal.prune(2000, [])).toBe(2);
    expect(journal.importResult(completed({endedAtMs: 1000}), 'ookla b')).toBeUndefined();
    expect(journal.after(0, 10)).toEqual([]);
  });

  it('appends many at once, each as it would be by itself', () => {
    const base = fc.record({
      job: fc.constantFrom('wan', 'lte', '\u{1f310} "\\'),
      endedAtMs: fc.nat({max: 6}).map((half) => half * 1_800_000),
    });
    const result = fc.oneof(base.map(completed), base.map(failed), base.map(skipped));
    const keyed = fc.record({result, key: fc.string({unit: fc.constantFrom('a', '"', '\u{1f310}')})});
    const batches = fc.array(fc.array(keyed, {maxLength: 8}), {maxLength: 3});
    const query = {fromMs: 0, toMs: 20_000_000, stepMs: 3_600_000, exact: false};
    fc.assert(
      fc.property(batches, (given) => {
        const [journal, oneByOne] = [openJournal(':memory:'), openJournal(':memory:')];
        for (const batch of given) {
          const rows = batch.map(({result: each, key}) => oneByOne.importResult(each, key));
          expect(journal.importResults(batch)).toEqual(rows.flatMap((row) => row?.result ?? []));
        }
        expect(journal.after(0, 99)).toEqual(oneByOne.after(0, 99));
        expect(journal.steps(query)).toEqual(oneByOne.steps(query));
        expect(journal.movedSince(0)).toBe(oneByOne.movedSince(0));
        for (const {key} of given.flat()) expect(journal.wasImported(key)).toBe(true);
        expect(journal.wasImported('b')).toBe(false);
        for (const each of [journal, oneByOne]) each.close();
      }),
      {numRuns: 15},
    );
  });
});

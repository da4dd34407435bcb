import {expect, it} from 'vitest';
import {afterLines, beforeLines, isComplete} from '../../../src/cli/backfill-report.ts';

const nowMs = Date.parse('2026-06-01T00:00:00Z');
const done = {taken: 5, unwritten: 0, refusals: []};

it('tells what the receiver takes, and how many results are older', () => {
  const limit = {kind: 'known', product: 'prometheus', oldestMs: 0, words: 'Takes all.'} as const;
  expect(beforeLines(limit, 0, 5)).toEqual(['Takes all.']);
  expect(beforeLines(limit, 3, 5)[1]).toBe('3 of 5 results are older than the receiver takes or keeps');
  expect(beforeLines({kind: 'unknown', why: 'it is away'}, 0, 5)).toEqual([
    "How old a sample it takes can't be known: it is away",
  ]);
});

it('is complete where all was taken', () => {
  expect(isComplete(done)).toBe(true);
  expect(afterLines(done, undefined, nowMs)).toEqual(['5 results taken, 0 refused']);
});

it('tells what was refused, what to set, and where to go on', () => {
  const refusal = {
    words: 'too old',
    results: 2,
    firstMs: Date.parse('2026-05-01'),
    lastMs: Date.parse('2026-05-02'),
  };
  const stopped = {cause: 'interrupted', atMs: Date.parse('2026-05-03')};
  const broken = {...done, unwritten: 7, refusals: [refusal], stopped};
  expect(isComplete(broken)).toBe(false);
  expect(afterLines(broken, 'mimir', nowMs)).toEqual([
    '5 results taken, 2 refused',
    '7 samples of those taken were left out, the receiver says',
    '  2 from 2026-05-01T00:00:00.000Z to 2026-05-02T00:00:00.000Z: too old',
    'Where that is for their age, set:',
    "  Mimir, Grafana Cloud: the tenant's limit out_of_order_time_window: 32d",
    'stopped: interrupted',
    'Go on with --from 2026-05-03T00:00:00.000Z',
  ]);
});

it.each([{unwritten: 1}, {stopped: {cause: 'interrupted', atMs: 0}}])(
  'is not complete with %j',
  (changes) => {
    expect(isComplete({...done, ...changes})).toBe(false);
  },
);

import fc from 'fast-check';
import {expect, it} from 'vitest';
import {type BackfillProgress, type BackfillSettings, backfill} from '../../../src/delivery/backfill.ts';
import type {Outcome} from '../../../src/delivery/sink.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {completed} from '../../fixtures/results.ts';

const rowsOf = (count: number): readonly JournalRow[] =>
  Array.from({length: count}, (_, index) => ({
    id: index + 1,
    result: completed({startedAtMs: index, endedAtMs: 1000 + index}),
  }));

const pagesOf = (rows: readonly JournalRow[], size: number): readonly (readonly JournalRow[])[] =>
  Array.from({length: Math.ceil(rows.length / size)}, (_, page) =>
    rows.slice(page * size, (page + 1) * size),
  );

const accepted: Outcome = {kind: 'accepted'};
const tooOld: Outcome = {kind: 'rejected', status: 400, cause: 'HTTP 400 Bad Request: too old'};

/** Sends to a receiver that answers as told. Gives what became of it, and the numbers in each request. */
const send = async (
  rows: readonly JournalRow[],
  answer: (ids: readonly number[], request: number) => Outcome,
  settings: Partial<BackfillSettings> = {},
  signal = new AbortController().signal,
) => {
  const requests: (readonly number[])[] = [];
  const progress: BackfillProgress[] = [];
  const retries: string[] = [];
  const done = await backfill(
    pagesOf(rows, 8),
    {
      sink: {
        deliver: async (batch) => {
          const ids = batch.map(({id}) => id);
          requests.push(ids);
          return answer(ids, requests.length);
        },
      },
      queue: {maxResults: 8, minBackoffMs: 1, maxBackoffMs: 1},
      resultsPerSecond: 1_000_000,
      patienceMs: 10_000,
      onProgress: (event) => progress.push(event),
      onRetry: (cause) => retries.push(cause),
      ...settings,
    },
    signal,
  );
  return {done, requests, progress, retries};
};

it('sends everything, oldest first, and tells how far it is', async () => {
  const {done, requests, progress} = await send(rowsOf(20), () => accepted);
  expect(done).toEqual({taken: 20, unwritten: 0, refusals: []});
  expect(requests.flat()).toEqual(rowsOf(20).map(({id}) => id));
  expect(progress.at(-1)).toEqual({taken: 20, refused: 0, atMs: 1019});
});

it('gives each result its own verdict, whichever are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({min: 0, max: 40}),
      fc.array(fc.integer({min: 1, max: 40})),
      async (count, bad) => {
        const {done, requests} = await send(rowsOf(count), (ids) =>
          ids.some((id) => bad.includes(id)) ? tooOld : accepted,
        );
        const refused = rowsOf(count).filter(({id}) => bad.includes(id));
        expect(done.taken).toBe(count - refused.length);
        expect(done.refusals.reduce((sum, {results}) => sum + results, 0)).toBe(refused.length);
        const settled = requests.filter((ids) => ids.length === 1 || !ids.some((id) => bad.includes(id)));
        expect(settled.flat()).toEqual(rowsOf(count).map(({id}) => id));
      },
    ),
    {numRuns: 50},
  );
});

it('collects refusals by their words, but for what is particular', async () => {
  const {done} = await send(rowsOf(4), ([id, ...others]) => {
    if (others.length > 0) return tooOld;
    return id === 4
      ? tooOld
      : {...tooOld, cause: `the sample {job="wan"} at 2026-01-0${id}T00:00:00Z is not taken`};
  });
  expect(done.refusals).toEqual([
    {
      words: 'the sample {job="wan"} at 2026-01-01T00:00:00Z is not taken',
      results: 3,
      firstMs: 1000,
      lastMs: 1002,
    },
    {words: 'HTTP 400 Bad Request: too old', results: 1, firstMs: 1003, lastMs: 1003},
  ]);
});

it('tries again while the receiver is away, and goes on', async () => {
  const {done, requests, retries} = await send(rowsOf(3), (_, request) =>
    request < 3 ? {kind: 'retry', cause: 'connection refused'} : accepted,
  );
  expect(done).toEqual({taken: 3, unwritten: 0, refusals: []});
  expect(requests).toHaveLength(3);
  expect(retries).toEqual(['connection refused', 'connection refused']);
});

it('stops at the first result without a verdict when patience ends', async () => {
  const answer = (_: readonly number[], request: number): Outcome =>
    request === 1 ? accepted : {kind: 'retry', cause: 'connection refused'};
  const {done} = await send(rowsOf(20), answer, {patienceMs: 0});
  expect(done).toMatchObject({taken: 8, stopped: {cause: 'connection refused', atMs: 1008}});
});

it('stops at once where the receiver wants a longer wait than patience has left', async () => {
  const answer = (): Outcome => ({kind: 'retry', cause: 'HTTP 429', afterMs: 3_600_000});
  const {done, requests, retries} = await send(rowsOf(20), answer);
  expect(done).toMatchObject({taken: 0, stopped: {cause: 'HTTP 429', atMs: 1000}});
  expect([requests.length, retries]).toEqual([1, []]);
});

it('stops at once where the answer is not about the results', async () => {
  const {done, requests} = await send(rowsOf(20), () => ({kind: 'rejected', status: 401, cause: 'HTTP 401'}));
  expect(done).toEqual({taken: 0, unwritten: 0, refusals: [], stopped: {cause: 'HTTP 401', atMs: 1000}});
  expect(requests).toHaveLength(1);
});

it('stops where it is interrupted', async () => {
  const stopping = new AbortController();
  const answer = (): Outcome => {
    stopping.abort();
    return accepted;
  };
  const {done} = await send(rowsOf(20), answer, {}, stopping.signal);
  expect(done).toMatchObject({taken: 8, stopped: {cause: 'interrupted', atMs: 1008}});
});

it('sends no more at once than a second may have, and no sooner', async () => {
  const startedMs = performance.now();
  const {requests} = await send(rowsOf(9), () => accepted, {
    resultsPerSecond: 40,
    queue: {maxResults: 4, minBackoffMs: 1, maxBackoffMs: 1},
  });
  expect(requests.map((ids) => ids.length)).toEqual([4, 4, 1]);
  // The last one is due when 8 results have had their time.
  expect(performance.now() - startedMs).toBeGreaterThan(190);
});

it('counts the samples that a receiver says it left out', async () => {
  const {done} = await send(rowsOf(2), () => ({kind: 'accepted', unwritten: 3}));
  expect(done).toMatchObject({taken: 2, unwritten: 3});
});

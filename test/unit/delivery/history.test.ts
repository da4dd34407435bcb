import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Delivery} from '../../../src/delivery/attempts.ts';
import {createGate} from '../../../src/delivery/gate.ts';
import {startDelivery} from '../../../src/delivery/loop.ts';
import {defaultQueue, type QueueSettings} from '../../../src/delivery/queue.ts';
import type {Outcome, Sink} from '../../../src/delivery/sink.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import type {TestResult} from '../../../src/result.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const accepted: Outcome = {kind: 'accepted'};
const history = {history: true} as const;
const idsOf = (rows: readonly JournalRow[]): readonly number[] => rows.map(({id}) => id);

/** A journal of these results, and a loop that delivers them to a sink that `answer` speaks for. */
const start = (
  results: readonly TestResult[],
  answer: (ids: readonly number[]) => Outcome = () => accepted,
  queue: QueueSettings = defaultQueue,
) => {
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  journal.startAt('sink', {kind: 'all'});
  journal.importResults(results.map((result, index) => ({result, key: `${index}`})));
  const sent: (readonly number[])[] = [];
  const deliveries: Delivery[] = [];
  const sink: Sink = {
    name: 'sink',
    backlog: 'every',
    deliver: async () => accepted,
    timeline: {
      prepare: (batch, _live, again) => {
        const ids = idsOf(batch);
        return {
          bytes: ids.length,
          live: [{job: 'wan', lastSampleMs: ids.at(-1) ?? 0, series: ['a']}],
          send: async () => {
            expect(idsOf(again())).toEqual(ids);
            sent.push(ids);
            return answer(ids);
          },
          isBegun: () => false,
        };
      },
      seriesOf: () => ['a'],
      repeat: async () => accepted,
    },
    probe: async () => accepted,
    sentBytes: () => 0,
    close: async () => undefined,
  };
  const errors: unknown[] = [];
  const loop = startDelivery({
    journal,
    sink,
    gate: createGate(),
    newest: () => [],
    queue,
    onDelivery: (delivery) => deliveries.push(delivery),
    onError: (_destination, error) => errors.push(error),
  });
  const stop = async (): Promise<void> => {
    await loop.stop();
    journal.close();
  };
  const ends = (): Promise<void> =>
    vi.waitFor(
      () => {
        expect(errors).toEqual([]);
        expect(journal.cursor('sink')).toBe(journal.lastId());
      },
      {timeout: 20_000, interval: 5},
    );
  return {journal, sent, deliveries, ends, stop};
};

describe('history', () => {
  it('is passed over, whatever is between, and the rest is sent once and in order', async () => {
    const outcomes = fc.array(fc.boolean(), {maxLength: 20});
    const kinds = fc.array(fc.constantFrom('history', 'history', 'good', 'good', 'bad'), {maxLength: 40});
    await fc.assert(
      fc.asyncProperty(kinds, outcomes, fc.integer({min: 1, max: 12}), async (rows, retries, maxResults) => {
        const idsOfKind = (kind: string) => rows.flatMap((each, index) => (each === kind ? [index + 1] : []));
        const bad = idsOfKind('bad');
        const taken: number[] = [];
        const left = [...retries];
        const {journal, deliveries, ends, stop} = start(
          rows.map((kind) => completed(kind === 'history' ? history : {})),
          (ids) => {
            if (left.pop() === true) return {kind: 'retry', cause: 'down', afterMs: 1};
            if (ids.some((id) => bad.includes(id))) return {kind: 'rejected', cause: 'no'};
            taken.push(...ids);
            return accepted;
          },
          {...defaultQueue, maxResults},
        );
        try {
          await ends();
          expect(taken).toEqual(idsOfKind('good'));
          expect(journal.rejections('sink').map(({resultId}) => resultId)).toEqual(bad);
          expect(deliveries.reduce((sum, {settled}) => sum + settled, 0)).toBe(taken.length + bad.length);
        } finally {
          await stop();
        }
      }),
      {numRuns: 12},
    );
  });

  it('takes no place of others in a batch, nor a request of its own', async () => {
    const {sent, ends, stop} = start([
      completed(history),
      completed(),
      completed(history),
      completed(),
      completed(history),
    ]);
    onTestFinished(stop);
    await ends();
    expect(sent).toEqual([[2, 4]]);
  });

  it('is not rejected for its age', async () => {
    const nowMs = Date.now();
    const {journal, sent, ends, stop} = start(
      [
        completed({...history, endedAtMs: 1000}),
        completed({endedAtMs: 1000}),
        completed({...history, endedAtMs: 1000}),
        completed({endedAtMs: nowMs}),
      ],
      () => accepted,
      {...defaultQueue, ageLimitMs: 3_600_000},
    );
    onTestFinished(stop);
    await ends();
    expect(sent).toEqual([[4]]);
    expect(journal.rejections('sink').map(({resultId}) => resultId)).toEqual([2]);
  });

  it('leaves other work its turn while much of it is passed over', async () => {
    const {journal, sent, ends, stop} = start([
      ...Array.from({length: 1600}, () => completed(history)),
      completed(),
    ]);
    onTestFinished(stop);
    let turn = 0;
    let next = setImmediate(function count() {
      turn += 1;
      next = setImmediate(count);
    });
    onTestFinished(() => clearImmediate(next));
    const {advance} = journal;
    const turns: number[] = [];
    vi.spyOn(journal, 'advance').mockImplementation((...moved) => {
      turns.push(turn);
      advance(...moved);
    });
    await ends();
    expect(sent).toEqual([[1601]]);
    expect(turns.length).toBeGreaterThan(3);
    expect(new Set(turns).size).toBe(turns.length);
  });
});

import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Ahead, type Batch} from '../../../src/delivery/ahead.ts';
import type {LiveSeries, Outcome, Sink} from '../../../src/delivery/sink.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const signal = new AbortController().signal;
const accepted: Outcome = {kind: 'accepted'};
const idsOf = (rows: readonly JournalRow[]): readonly number[] => rows.map(({id}) => id);

/** A journal of so many results, and a sink that notes what it makes ready and what it sends, each of 100 bytes. */
const start = (results: number, mostBytes = 1000) => {
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  onTestFinished(() => journal.close());
  const append = () => journal.append(completed());
  for (let count = 0; count < results; count += 1) append();
  const prepared: (readonly number[])[] = [];
  const sent: (readonly number[])[] = [];
  const found: (readonly LiveSeries[])[] = [];
  const sink: Sink = {
    name: 'sink',
    backlog: 'every',
    deliver: async () => accepted,
    timeline: {
      prepare: (batch, live, again) => {
        prepared.push(idsOf(batch));
        found.push(live);
        return {
          bytes: 100,
          live: [{job: 'wan', lastSampleMs: batch.at(-1)?.id ?? 0, series: ['a', 'b']}],
          send: async () => {
            sent.push(idsOf(again()));
            return accepted;
          },
          isBegun: () => begun,
        };
      },
      seriesOf: () => ['a', 'b'],
      repeat: async () => accepted,
    },
    probe: async () => accepted,
    sentBytes: () => 0,
    close: async () => undefined,
  };
  let begun = false;
  const begin = () => {
    begun = true;
  };
  let numbering = 0;
  const renumber = () => {
    numbering += 1;
  };
  const ahead = new Ahead({...journal, numbering: () => numbering}, sink, mostBytes);
  /** Notes that a batch has been taken. */
  const take = (batch: Batch | undefined) => batch && journal.setLive('sink', batch.changes);
  return {ahead, append, begin, renumber, take, prepared, sent, found};
};

describe('the next batch', () => {
  it('is what follows on a row', async () => {
    const {ahead, sent} = start(5);
    const batch = ahead.next(1, 3);
    expect(batch).toMatchObject({afterId: 1, lastId: 4, size: 3});
    expect(batch?.changes).toMatchObject([{job: 'wan', resultId: 4, series: ['a', 'b']}]);
    await batch?.request.send(signal);
    expect(sent).toEqual([[2, 3, 4]]);
    expect(ahead.next(5, 3)).toBeUndefined();
  });

  it('is made ready once, be it asked for again and again', () => {
    const {ahead, prepared} = start(5);
    for (let attempt = 0; attempt < 3; attempt += 1) expect(ahead.next(0, 2)?.lastId).toBe(2);
    expect(prepared).toEqual([[1, 2]]);
  });

  it('takes in what has come since, where it is not full', () => {
    const {ahead, append} = start(1);
    expect(ahead.next(0, 3)?.lastId).toBe(1);
    append();
    expect(ahead.next(0, 3)?.lastId).toBe(2);
  });

  it('stays what it is once it is begun, unless it is to be smaller', () => {
    const {ahead, append, begin} = start(2);
    ahead.next(0, 3);
    append();
    begin();
    expect(ahead.next(0, 3)?.lastId).toBe(2);
    expect(ahead.extend()).toBe(false);
    expect(ahead.next(0, 1)?.lastId).toBe(1);
  });

  it('is made anew when it is to be smaller', () => {
    const {ahead, prepared} = start(4);
    ahead.next(0, 4);
    expect(ahead.next(0, 2)?.lastId).toBe(2);
    expect(prepared).toEqual([
      [1, 2, 3, 4],
      [1, 2],
    ]);
  });
});

it('batches are made anew when their results have got other numbers', () => {
  const {ahead, renumber, prepared} = start(4);
  ahead.next(0, 2);
  ahead.extend();
  renumber();
  prepared.length = 0;
  ahead.next(0, 2);
  ahead.next(2, 2);
  expect(prepared).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

describe('batches ahead', () => {
  it('are full ones, each following on the last', () => {
    const {ahead, prepared, found, take} = start(7);
    const first = ahead.next(0, 2);
    while (ahead.extend());
    expect(prepared).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(found.map((live) => live.map(({lastSampleMs}) => lastSampleMs))).toEqual([[], [2], [4]]);
    prepared.length = 0;
    take(first);
    const second = ahead.next(2, 2);
    expect(second?.lastId).toBe(4);
    take(second);
    const third = ahead.next(4, 2);
    expect(third?.lastId).toBe(6);
    expect(prepared).toEqual([]);
    take(third);
    expect(ahead.next(6, 2)?.lastId).toBe(7);
  });

  it('are made anew where what is live is not what they were made for', () => {
    const {ahead, prepared} = start(6);
    ahead.next(0, 2);
    while (ahead.extend());
    prepared.length = 0;
    // The first was not taken: it was rejected.
    expect(ahead.next(2, 2)?.lastId).toBe(4);
    expect(prepared).toEqual([[3, 4]]);
  });

  it('take no more memory than they may', () => {
    const {ahead, prepared, take} = start(20, 300);
    take(ahead.next(0, 2));
    while (ahead.extend());
    expect(prepared).toHaveLength(3);
    ahead.next(2, 2);
    while (ahead.extend());
    expect(prepared).toHaveLength(4);
  });

  it('are none where there is nothing to follow on', () => {
    expect(start(5).ahead.extend()).toBe(false);
  });
});

import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Live} from '../../../src/delivery/live.ts';
import type {Sink} from '../../../src/delivery/sink.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const sink: Sink = {
  name: 'sink',
  backlog: 'every',
  deliver: async () => ({kind: 'accepted'}),
  probe: async () => ({kind: 'accepted'}),
  sentBytes: () => 0,
  close: async () => undefined,
};
const minuteMs = 60_000;
const settledMs = 5000;

/** Jobs `wan` and `lan` lapse three minutes after their last result; any other is gone. */
const lapsesAtMs = (job: string, endedAtMs: number) =>
  ['wan', 'lan'].includes(job) ? endedAtMs + 3 * minuteMs : undefined;

const open = () => {
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  onTestFinished(() => journal.close());
  const create = () => new Live(journal, sink, {intervalMs: minuteMs, lapsesAtMs});
  const deliver = (live: Live, endedAtMs: number, job = 'wan') => {
    const row = journal.append(completed({endedAtMs, job}));
    live.delivered([row]);
    return row;
  };
  return {journal, create, deliver};
};

const accepted = {kind: 'accepted'} as const;

describe('between tests', () => {
  it('shows nothing before the first result', () => {
    const live = open().create();
    expect(live.nextAtMs()).toBeUndefined();
    expect(live.due(minuteMs)).toBeUndefined();
  });

  it('repeats the newest result of each job, never at a time that a result may yet come for', () => {
    const {create, deliver} = open();
    const live = create();
    deliver(live, 1000);
    const rows = [deliver(live, 3000, 'lan'), deliver(live, 2000)];
    expect(live.nextAtMs()).toBe(2000 + minuteMs + settledMs);
    expect(live.due(2000 + minuteMs + settledMs - 1)).toBeUndefined();
    const repetition = live.due(2000 + minuteMs + settledMs);
    expect(repetition).toEqual({rows, atMs: 2000 + minuteMs, as: 'values'});
    if (repetition !== undefined) live.sent(repetition, accepted);
    expect(live.nextAtMs()).toBe(2000 + 2 * minuteMs + settledMs);
  });

  it('repeats a rare job’s result however often another job tests', () => {
    const {create, deliver} = open();
    const live = create();
    const rare = deliver(live, 0, 'lan');
    const repeatedAtMs: number[] = [];
    for (let nowMs = 0; nowMs < 2.9 * minuteMs; nowMs += 1000) {
      if (nowMs % 30_000 === 20_000) deliver(live, nowMs);
      const repetition = live.due(nowMs);
      if (repetition === undefined) continue;
      expect(repetition.rows).toContainEqual(rare);
      expect(repetition.rows.every(({result}) => result.endedAtMs < repetition.atMs)).toBe(true);
      repeatedAtMs.push(repetition.atMs);
      live.sent(repetition, accepted);
    }
    expect(repeatedAtMs).toEqual([minuteMs, 2 * minuteMs]);
  });

  it('leaves out a result that is newer than the time of the repetition', () => {
    const {create, deliver} = open();
    const live = create();
    const rare = deliver(live, 0, 'lan');
    deliver(live, minuteMs + 1000);
    expect(live.due(minuteMs + settledMs)?.rows).toEqual([rare]);
  });

  it('tries a repetition again that failed, and leaves one that was rejected', () => {
    const {create, deliver} = open();
    const live = create();
    deliver(live, 0);
    const nowMs = minuteMs + settledMs;
    const repetition = live.due(nowMs);
    if (repetition === undefined) throw new Error('nothing is due');
    live.sent(repetition, {kind: 'retry', cause: 'down'});
    expect(live.due(nowMs)).toEqual(repetition);
    live.sent(repetition, {kind: 'rejected', cause: 'out of order'});
    expect(live.due(nowMs)).toBeUndefined();
  });

  it('is not confused by history that is delivered later', () => {
    const {create, deliver} = open();
    const live = create();
    const row = deliver(live, 10_000);
    deliver(live, 5000);
    expect(live.due(10_000 + minuteMs + settledMs)?.rows).toEqual([row]);
  });

  it('goes on after a restart', () => {
    const {create, deliver} = open();
    const row = deliver(create(), 0);
    expect(create().due(minuteMs + settledMs)?.rows).toEqual([row]);
  });
});

describe('series are ended', () => {
  it('when three periods passed without a test, once', () => {
    const {create, deliver} = open();
    const live = create();
    const row = deliver(live, 0);
    for (let minute = 1; minute < 3; minute += 1) {
      const repetition = live.due(minute * minuteMs + settledMs);
      expect(repetition?.as).toBe('values');
      if (repetition !== undefined) live.sent(repetition, accepted);
    }
    const ending = live.due(3 * minuteMs + settledMs);
    expect(ending).toEqual({rows: [row], atMs: 3 * minuteMs, as: 'stale'});
    if (ending !== undefined) live.sent(ending, accepted);
    expect(live.due(10 * minuteMs)).toBeUndefined();
    expect(live.nextAtMs()).toBeUndefined();
  });

  it('at once when their job is gone, and those of other jobs stay', () => {
    const {create, deliver} = open();
    const live = create();
    const gone = deliver(live, 1000, 'gone');
    const stays = deliver(live, 1000);
    const ending = live.due(10_000);
    expect(ending).toEqual({rows: [gone], atMs: 5000, as: 'stale'});
    if (ending !== undefined) live.sent(ending, accepted);
    expect(live.due(1000 + minuteMs + settledMs)?.rows).toEqual([stays]);
  });

  it('not before the result itself, when its job went away right after it', () => {
    const {create, deliver} = open();
    const live = create();
    const gone = deliver(live, 60_000, 'gone');
    expect(live.due(60_000 + settledMs)).toBeUndefined();
    const nextAtMs = live.nextAtMs() ?? 0;
    expect(live.due(nextAtMs)).toEqual({rows: [gone], atMs: 60_001, as: 'stale'});
  });

  it('again with the next result', () => {
    const {create, deliver} = open();
    const live = create();
    deliver(live, 0);
    const ending = live.due(5 * minuteMs);
    if (ending !== undefined) live.sent(ending, accepted);
    const row = deliver(live, 6 * minuteMs);
    expect(live.due(7 * minuteMs + settledMs)).toMatchObject({rows: [row], as: 'values'});
  });
});

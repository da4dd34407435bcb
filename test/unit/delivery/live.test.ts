import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Live, type Repetition} from '../../../src/delivery/live.ts';
import type {Outcome, Sink, Timeline} from '../../../src/delivery/sink.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const {signal} = new AbortController();
const minuteMs = 60_000;
const settledMs = 5000;

/** Jobs `wan` and `lan` lapse three minutes after their last result; any other is gone. */
const lapsesAtMs = (job: string, endedAtMs: number) =>
  ['wan', 'lan'].includes(job) ? endedAtMs + 3 * minuteMs : undefined;

/**
 * A journal, and a sink to which each result is one series, named as its job unless `nameOf` says otherwise, and which
 * answers a repetition with `answer.outcome`.
 */
const open = () => {
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  onTestFinished(() => journal.close());
  const answer: {outcome: Outcome; nameOf: (row: JournalRow) => readonly string[]} = {
    outcome: {kind: 'accepted'},
    nameOf: ({result}) => [result.job],
  };
  const timeline: Timeline = {
    prepare: () => {
      throw new Error('a repetition is no batch');
    },
    seriesOf: (row) => answer.nameOf(row),
    repeat: async () => answer.outcome,
  };
  const sink: Sink = {
    name: 'sink',
    backlog: 'every',
    deliver: async () => ({kind: 'accepted'}),
    timeline,
    probe: async () => ({kind: 'accepted'}),
    sentBytes: () => 0,
    close: async () => undefined,
  };
  const create = (intervalMs = minuteMs, startedAtMs = 0, random = 0) =>
    new Live({journal, sink, timeline, settings: {intervalMs, lapsesAtMs}}, startedAtMs, () => random);
  /** Appends a result that the sink has taken. */
  const deliver = (endedAtMs: number, job = 'wan') => {
    const row = journal.append(completed({endedAtMs, job}));
    journal.setLive('sink', [
      {job, resultId: row.id, lastSampleMs: endedAtMs, series: timeline.seriesOf(row)},
    ]);
    return row;
  };
  return {journal, create, deliver, answer};
};

/** Sends what is due then, and gives it. */
const send = async (live: Live, nowMs: number): Promise<Repetition> => {
  const repetition = live.due(nowMs);
  if (repetition === undefined) throw new Error('nothing is due');
  await live.send(repetition, signal);
  return repetition;
};

describe('between tests', () => {
  it('shows nothing before the first result', () => {
    const live = open().create();
    expect(live.nextAtMs()).toBeUndefined();
    expect(live.due(minuteMs)).toBeUndefined();
  });

  it('repeats the newest result of each job, never at a time that a result may yet come for', async () => {
    const {create, deliver} = open();
    const live = create();
    deliver(1000);
    const rows = [deliver(3000, 'lan'), deliver(2000)];
    expect(live.nextAtMs()).toBe(2000 + minuteMs + settledMs);
    expect(live.due(2000 + minuteMs + settledMs - 1)).toBeUndefined();
    expect(await send(live, 2000 + minuteMs + settledMs)).toMatchObject({
      rows,
      ended: [],
      atMs: 2000 + minuteMs,
    });
    expect(live.nextAtMs()).toBe(2000 + 2 * minuteMs + settledMs);
  });

  it('repeats a rare job’s result however often another job tests', async () => {
    const {create, deliver} = open();
    const live = create();
    const rare = deliver(0, 'lan');
    const repeatedAtMs: number[] = [];
    for (let nowMs = 0; nowMs < 2.9 * minuteMs; nowMs += 1000) {
      if (nowMs % 30_000 === 20_000) deliver(nowMs);
      if (live.due(nowMs) === undefined) continue;
      const {rows, atMs} = await send(live, nowMs);
      expect(rows).toContainEqual(rare);
      expect(rows.every(({result}) => result.endedAtMs < atMs)).toBe(true);
      repeatedAtMs.push(atMs);
    }
    expect(repeatedAtMs).toEqual([minuteMs, 2 * minuteMs]);
  });

  it('leaves out a result that is newer than the time of the repetition', () => {
    const {create, deliver} = open();
    const rare = deliver(0, 'lan');
    deliver(minuteMs + 1000);
    expect(create().due(minuteMs + settledMs)?.rows).toEqual([rare]);
  });

  it('tries a repetition again that failed, and leaves one that was rejected', async () => {
    const {create, deliver, answer} = open();
    const live = create();
    deliver(0);
    const nowMs = minuteMs + settledMs;
    answer.outcome = {kind: 'retry', cause: 'down'};
    const repetition = await send(live, nowMs);
    expect(live.due(nowMs)).toEqual(repetition);
    answer.outcome = {kind: 'rejected', cause: 'out of order'};
    await send(live, nowMs);
    expect(live.due(nowMs)).toBeUndefined();
  });

  it('goes on after a restart, and knows when it last repeated', async () => {
    const {create, deliver} = open();
    const row = deliver(0);
    expect((await send(create(), minuteMs + settledMs)).rows).toEqual([row]);
    expect(create().nextAtMs()).toBe(2 * minuteMs + settledMs);
  });

  it('does so at a time of its own where a repetition was due before the start', async () => {
    const {create, deliver} = open();
    deliver(0);
    const overdue = create(minuteMs, 2 * minuteMs, 0.25);
    expect(overdue.nextAtMs()).toBe(2.25 * minuteMs);
    expect(overdue.due(2.25 * minuteMs - 1)).toBeUndefined();
    await send(overdue, 2.25 * minuteMs);
    expect(overdue.nextAtMs()).toBe(3 * minuteMs + settledMs);
    expect(create(minuteMs, 2.5 * minuteMs, 0.25).nextAtMs()).toBe(3 * minuteMs + settledMs);
  });
});

describe('series are ended', () => {
  it('when three periods passed without a test, once', async () => {
    const {create, deliver} = open();
    const live = create();
    const row = deliver(0);
    for (let minute = 1; minute < 3; minute += 1) {
      expect(await send(live, minute * minuteMs + settledMs)).toMatchObject({rows: [row], ended: []});
    }
    const ending = await send(live, 3 * minuteMs + settledMs);
    expect(ending).toMatchObject({rows: [], ended: ['wan'], atMs: 3 * minuteMs});
    expect(live.due(10 * minuteMs)).toBeUndefined();
    expect(live.nextAtMs()).toBeUndefined();
  });

  it('at once when their job is gone, and those of other jobs stay', async () => {
    const {create, deliver} = open();
    const live = create();
    deliver(1000, 'gone');
    const stays = deliver(1000);
    expect(await send(live, 10_000)).toMatchObject({rows: [], ended: ['gone'], atMs: 5000});
    expect(live.due(1000 + minuteMs + settledMs)?.rows).toEqual([stays]);
  });

  it('not before the result itself, when its job went away right after it', async () => {
    const {create, deliver} = open();
    const live = create();
    deliver(60_000, 'gone');
    expect(live.due(60_000 + settledMs)).toBeUndefined();
    const nextAtMs = live.nextAtMs() ?? 0;
    expect(await send(live, nextAtMs)).toMatchObject({rows: [], ended: ['gone'], atMs: 60_001});
  });

  it('at once when the configuration gives them other labels, and begin with these', async () => {
    const {create, deliver, answer} = open();
    const row = deliver(1000);
    const other = deliver(1000, 'lan');
    answer.nameOf = ({result}) => [result.job === 'wan' ? 'home' : result.job];
    const live = create();
    expect(live.nextAtMs()).toBe(1001 + settledMs);
    expect(await send(live, 10_000)).toMatchObject({rows: [row], ended: ['wan'], atMs: 5000});
    expect(live.due(1000 + minuteMs + settledMs)).toMatchObject({rows: [other, row], ended: []});
  });

  it('but for those that another job has', async () => {
    const {create, deliver, answer} = open();
    answer.nameOf = () => ['same'];
    const live = create();
    deliver(1000, 'gone');
    deliver(1000);
    expect(await send(live, 10_000)).toMatchObject({rows: [], ended: []});
    expect(live.nextAtMs()).toBe(1000 + minuteMs + settledMs);
  });

  it('though nothing is repeated', async () => {
    const {journal, create, deliver, answer} = open();
    const live = create(Number.POSITIVE_INFINITY);
    answer.nameOf = () => ['stays', 'goes'];
    deliver(1000);
    expect(live.due(2 * minuteMs)).toBeUndefined();
    answer.nameOf = () => ['stays', 'new'];
    expect(await send(live, 10_000)).toMatchObject({rows: [], ended: ['goes']});
    expect(journal.live('sink')).toMatchObject([{lastSampleMs: 1000, series: ['stays']}]);
    expect(live.nextAtMs()).toBe(1000 + 3 * minuteMs + settledMs);
  });

  it('without a marker where nobody looks back at them', async () => {
    const {journal, create, deliver, answer} = open();
    const live = create(Number.POSITIVE_INFINITY);
    deliver(1000, 'gone');
    answer.outcome = {kind: 'retry', cause: 'not to be asked'};
    expect(await send(live, 120 * minuteMs)).toMatchObject({rows: [], ended: []});
    expect(journal.live('sink')).toEqual([]);
  });

  it('whose result is lost', async () => {
    const {journal, create, deliver} = open();
    deliver(1000);
    journal.prune(Number.POSITIVE_INFINITY, []);
    expect(await send(create(), 10_000)).toMatchObject({rows: [], ended: ['wan']});
    expect(journal.live('sink')).toEqual([]);
  });

  it('that an earlier version sent, of which the names are not known, as they would be now', async () => {
    const {journal, create, deliver} = open();
    const {id} = deliver(1000, 'gone');
    journal.setLive('sink', [{job: 'gone', resultId: id, lastSampleMs: 1000, series: undefined}]);
    expect(await send(create(), 10_000)).toMatchObject({ended: ['gone']});
  });

  it('again with the next result', async () => {
    const {create, deliver} = open();
    const live = create();
    deliver(0);
    await send(live, 5 * minuteMs);
    const row = deliver(6 * minuteMs);
    expect(live.due(7 * minuteMs + settledMs)).toMatchObject({rows: [row], ended: []});
  });
});

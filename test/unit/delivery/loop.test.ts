import {join} from 'node:path';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Delivery} from '../../../src/delivery/attempts.ts';
import {createGate} from '../../../src/delivery/gate.ts';
import {type DeliverySettings, startDelivery} from '../../../src/delivery/loop.ts';
import {defaultQueue} from '../../../src/delivery/queue.ts';
import type {Outcome, Sink} from '../../../src/delivery/sink.ts';
import {openLastingJournal} from '../../../src/journal/lasting-journal.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const accepted: Outcome = {kind: 'accepted'};

/** A loop over a real journal, to a sink that `answer` speaks for. */
const start = (
  answer: (ids: readonly number[], attempt: number, signal: AbortSignal) => Outcome | Promise<Outcome>,
  {
    backlog = 'every',
    results = 0,
    ...settings
  }: Partial<DeliverySettings> & {backlog?: Sink['backlog']; results?: number} = {},
) => {
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  journal.cursor('sink');
  for (let count = 0; count < results; count += 1) journal.append(completed());
  const attempts: number[][] = [];
  const deliveries: Delivery[] = [];
  const errors: unknown[] = [];
  const {gate = createGate()} = settings;
  const sink: Sink = {
    name: 'sink',
    backlog,
    deliver: async (batch, signal) => {
      const ids = batch.map(({id}) => id);
      attempts.push(ids);
      return answer(ids, attempts.length, signal);
    },
    probe: async () => accepted,
    sentBytes: () => 0,
    close: async () => undefined,
  };
  const newest = (): readonly JournalRow[] => {
    const row = journal.newest();
    return row === undefined ? [] : [row];
  };
  const loop = startDelivery({
    journal,
    sink,
    newest,
    onDelivery: (delivery) => deliveries.push(delivery),
    onError: (_destination, error) => errors.push(error),
    random: () => 0,
    ...settings,
    gate,
  });
  onTestFinished(async () => {
    await loop.stop();
    journal.close();
  });
  const append = (): void => {
    journal.append(completed());
    loop.wake();
  };
  const reaches = (id: number): Promise<void> =>
    vi.waitFor(() => expect(journal.cursor('sink')).toBe(id), {timeout: 9000});
  return {journal, loop, gate, attempts, deliveries, errors, append, reaches};
};

describe('every result', () => {
  it('is delivered when it is appended, alone', async () => {
    const {append, attempts, reaches} = start(() => accepted);
    append();
    await reaches(1);
    append();
    await reaches(2);
    expect(attempts).toEqual([[1], [2]]);
  });

  it('of a backlog goes in one batch, in order', async () => {
    const {attempts, reaches, deliveries} = start(() => accepted, {results: 5});
    await reaches(5);
    expect(attempts).toEqual([[1, 2, 3, 4, 5]]);
    expect(deliveries).toEqual([{destination: 'sink', outcome: accepted, attempted: 5, settled: 5, lag: 0}]);
  });

  it('is tried again after the wait that the receiver asked for', async () => {
    const {attempts, reaches, deliveries} = start(
      (_ids, attempt) => (attempt < 3 ? {kind: 'retry', cause: 'HTTP 503', afterMs: 20} : accepted),
      {results: 1},
    );
    await reaches(1);
    expect(attempts).toEqual([[1], [1], [1]]);
    expect(deliveries.map(({retryInMs}) => retryInMs)).toEqual([20, 20, undefined]);
  });

  it('waits longer after each failure where the receiver does not say', async () => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'Date']});
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const {deliveries} = start(() => ({kind: 'retry', cause: 'connection refused'}), {results: 1});
    await vi.advanceTimersByTimeAsync(30_000);
    const waits = deliveries.map(({retryInMs = 0}) => retryInMs);
    expect(waits.length).toBeGreaterThan(3);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0);
  });

  it('is not tried again at once where the receiver asks for no wait', async () => {
    const {deliveries} = start(() => ({kind: 'retry', cause: 'HTTP 503', afterMs: 0}), {results: 1});
    await vi.waitFor(() => expect(deliveries).not.toEqual([]));
    expect(deliveries[0]?.retryInMs).toBe(defaultQueue.minBackoffMs);
  });

  it('that is rejected alone is recorded and does not block those behind it', async () => {
    const {journal, append, attempts, reaches} = start(([id]) =>
      id === 1 ? {kind: 'rejected', cause: 'HTTP 400: out of order'} : accepted,
    );
    append();
    await reaches(1);
    append();
    await reaches(2);
    expect(attempts).toEqual([[1], [2]]);
    expect(journal.rejections('sink')).toMatchObject([{resultId: 1, cause: 'HTTP 400: out of order'}]);
  });

  it('that is rejected after an attempt without a verdict says that it may be stored', async () => {
    const {journal, reaches} = start(
      (_ids, attempt) =>
        attempt === 1
          ? {kind: 'retry', cause: 'reset', afterMs: 1}
          : {kind: 'rejected', cause: 'out of order'},
      {results: 1},
    );
    await reaches(1);
    expect(journal.rejections('sink')).toMatchObject([
      {cause: 'out of order (an earlier attempt may have been stored)'},
    ]);
  });

  it('of a rejected batch gets its own verdict', async () => {
    const bad = [3, 7];
    const {journal, attempts, reaches, deliveries} = start(
      (ids) => (ids.some((id) => bad.includes(id)) ? {kind: 'rejected', cause: 'no'} : accepted),
      {results: 9},
    );
    await reaches(9);
    expect(journal.rejections('sink').map(({resultId}) => resultId)).toEqual(bad);
    const takenIds = attempts.filter((ids) => !ids.some((id) => bad.includes(id))).flat();
    expect(takenIds).toEqual([1, 2, 4, 5, 6, 8, 9]);
    expect(deliveries.reduce((sum, {settled}) => sum + settled, 0)).toBe(9);
  });

  it('of a backlog waits while a test runs, a live one does not', async () => {
    const {gate, append, attempts, reaches, journal, loop} = start(() => accepted);
    const reopen = gate.close();
    append();
    await reaches(1);
    journal.append(completed());
    journal.append(completed());
    loop.wake();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(attempts).toEqual([[1]]);
    reopen();
    await reaches(3);
    expect(attempts).toEqual([[1], [2, 3]]);
  });

  it('of a backlog that goes one by one waits as well', async () => {
    const gate = createGate();
    const reopen = gate.close();
    const queue = {...defaultQueue, maxResults: 1};
    const {attempts, reaches} = start(() => accepted, {results: 3, gate, queue});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(attempts).toEqual([]);
    reopen();
    await reaches(3);
    expect(attempts).toEqual([[1], [2], [3]]);
  });

  it('is not given up when the journal can not be read for a while', async () => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    onTestFinished(() => {
      vi.useRealTimers();
    });
    let broken = true;
    const {errors, journal} = start(
      () => {
        if (broken) throw new Error('disk I/O error');
        return accepted;
      },
      {results: 1},
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(errors).toHaveLength(1);
    broken = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(journal.cursor('sink')).toBe(1);
  });
});

describe('a result that was rejected', () => {
  it('is sent again when a person wants it, before what waits', async () => {
    let picky = true;
    const {journal, loop, attempts, append, reaches} = start(([id]) =>
      picky && id === 1 ? {kind: 'rejected', cause: 'no'} : accepted,
    );
    append();
    await reaches(1);
    picky = false;
    expect(journal.retryRejected('sink')).toBe(1);
    journal.append(completed());
    loop.wake();
    await reaches(2);
    expect(attempts).toEqual([[1], [1], [2]]);
    expect(journal.status('sink')).toMatchObject({rejected: 0, retrying: 0});
  });

  it('again is kept with the new words', async () => {
    const {journal, loop, attempts, append, reaches} = start((_ids, attempt) => ({
      kind: 'rejected',
      cause: `no ${attempt}`,
    }));
    append();
    await reaches(1);
    journal.retryRejected('sink', 1);
    loop.wake();
    await vi.waitFor(() => expect(journal.rejections('sink')).toMatchObject([{resultId: 1, cause: 'no 2'}]));
    expect(attempts).toEqual([[1], [1]]);
  });
});

it('a result is not lost whose number was given to another while that one was on its way', async () => {
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const path = join(temporaryFolder(), 'journal.db');
  const notices = {info: () => undefined, error: () => undefined};
  const journal = openLastingJournal({path, notices, saveEveryMs: 10});
  if (journal === undefined) throw new Error('in use');
  journal.cursor('sink');
  const other = new Libsql(path);
  other.exec('BEGIN IMMEDIATE');
  journal.append(completed({endedAtMs: 2000}));
  expect(journal.unsaved()).toBe(1);

  const attempts: number[][] = [];
  let answer = (): void => undefined;
  const sink: Sink = {
    name: 'sink',
    backlog: 'every',
    deliver: async (batch) => {
      attempts.push(batch.map(({result}) => result.endedAtMs));
      if (attempts.length === 1) await new Promise<void>((resolve) => (answer = resolve));
      return accepted;
    },
    probe: async () => accepted,
    sentBytes: () => 0,
    close: async () => undefined,
  };
  const loop = startDelivery({
    journal,
    sink,
    gate: createGate(),
    newest: () => [],
    onDelivery: () => undefined,
    onError: () => undefined,
  });
  onTestFinished(async () => {
    await loop.stop();
    journal.close();
  });
  await vi.waitFor(() => expect(attempts).toEqual([[2000]]));
  other.exec('ROLLBACK');
  other.close();
  const foreign = openJournal(path);
  expect(foreign.append(completed({endedAtMs: 1000})).id).toBe(1);
  foreign.close();
  vi.advanceTimersByTime(10);
  expect(journal.unsaved()).toBe(0);
  answer();
  loop.wake();
  await vi.waitFor(() => expect(journal.cursor('sink')).toBe(2));
  expect(attempts).toEqual([[2000], [1000, 2000]]);
});

describe('results that are too old to be sent', () => {
  const ageLimitMs = 60_000;

  it('are rejected one by one, each read once', async () => {
    const {journal, loop, attempts, reaches} = start(() => accepted, {queue: {...defaultQueue, ageLimitMs}});
    const read = vi.spyOn(journal, 'after');
    for (let count = 0; count < 10; count += 1) journal.append(completed({endedAtMs: 1000}));
    journal.append(completed({endedAtMs: Date.now()}));
    loop.wake();
    await reaches(11);
    expect(attempts).toEqual([[11]]);
    expect(new Set(journal.rejections('sink').map(({cause}) => cause))).toEqual(
      new Set(['older than queue_config.sample_age_limit']),
    );
    const rows = read.mock.results.reduce((sum, {value}) => sum + value.length, 0);
    expect(rows).toBeLessThan(2 * 11);
  });

  it('say nothing of a destination that is away', async () => {
    const queue = {...defaultQueue, minBackoffMs: 1, ageLimitMs};
    const {journal, loop, deliveries} = start(() => ({kind: 'retry', cause: 'down'}), {queue});
    journal.append(completed({endedAtMs: Date.now() - ageLimitMs + 200}));
    journal.append(completed({endedAtMs: Date.now()}));
    loop.wake();
    await vi.waitFor(() => expect(deliveries.at(-1)?.attempted).toBe(1), {timeout: 9000});
    const waits = deliveries.flatMap(({retryInMs}) => retryInMs ?? []);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(journal.status('sink')?.failure).toMatchObject({cause: 'down'});
  });
});

describe('a backlog', () => {
  it('is made ready while the destination is away, and then sent in order', async () => {
    const journal = openJournal(join(temporaryFolder(), 'journal.db'));
    const maxResults = 5;
    const results = 3 * maxResults + 1;
    for (let count = 0; count < results; count += 1) journal.append(completed());
    journal.startAt('sink', {kind: 'all'});
    const events: string[] = [];
    const sink: Sink = {
      name: 'sink',
      backlog: 'every',
      deliver: async () => accepted,
      timeline: {
        prepare: ([first]) => {
          events.push(`ready ${first?.id}`);
          const send = async (): Promise<Outcome> => {
            const isAway = !events.some((event) => event.startsWith('sent'));
            events.push(`sent ${first?.id}`);
            return isAway ? {kind: 'retry', cause: 'connection refused', afterMs: 100} : accepted;
          };
          return {
            bytes: 1,
            live: [{job: 'wan', lastSampleMs: first?.id ?? 0, series: ['a']}],
            send,
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
    const loop = startDelivery({
      journal,
      sink,
      gate: createGate(),
      newest: () => [],
      queue: {...defaultQueue, maxResults},
      onDelivery: () => undefined,
      onError: () => undefined,
    });
    onTestFinished(async () => {
      await loop.stop();
      journal.close();
    });
    await vi.waitFor(() => expect(journal.cursor('sink')).toBe(results));
    const [one, two, three, four] = [0, 1, 2, 3].map((full) => full * maxResults + 1);
    expect(events).toEqual([
      `ready ${one}`,
      `sent ${one}`,
      `ready ${two}`,
      `ready ${three}`,
      `sent ${one}`,
      `sent ${two}`,
      `sent ${three}`,
      `ready ${four}`,
      `sent ${four}`,
    ]);
  });
});

describe('a destination’s state', () => {
  it('counts no results that the journal has lost', async () => {
    const {journal, loop, reaches} = start(() => ({kind: 'retry', cause: 'down', afterMs: 20}), {results: 2});
    journal.prune(Number.POSITIVE_INFINITY, []);
    loop.wake();
    await reaches(2);
  });

  it('has the last failure and the next try, until an attempt goes well', async () => {
    const {journal, reaches} = start(
      (_ids, attempt) => (attempt === 1 ? {kind: 'retry', cause: 'HTTP 503', afterMs: 300} : accepted),
      {results: 1},
    );
    await vi.waitFor(() => expect(journal.status('sink')?.failure).toMatchObject({cause: 'HTTP 503'}));
    const failure = journal.status('sink')?.failure;
    expect((failure?.nextTryMs ?? 0) - (failure?.atMs ?? 0)).toBe(300);
    await reaches(1);
    await vi.waitFor(() => expect(journal.status('sink')?.failure).toBeUndefined());
  });
});

describe('the latest result only', () => {
  it('is delivered, whatever came before it', async () => {
    const {attempts, reaches, append} = start(() => accepted, {backlog: 'latest', results: 5});
    await reaches(5);
    append();
    await reaches(6);
    expect(attempts).toEqual([[5], [6]]);
  });

  it('is counted once, though each push holds the newest of every job', async () => {
    const rows: JournalRow[] = [];
    const newest = () => rows;
    const {journal, loop, attempts, deliveries, reaches} = start(() => accepted, {backlog: 'latest', newest});
    for (const [index, job] of ['lan', 'wan'].entries()) {
      rows.push(journal.append(completed({job})));
      loop.wake();
      await reaches(index + 1);
    }
    expect(attempts).toEqual([[1], [1, 2]]);
    expect(deliveries.map(({settled}) => settled)).toEqual([1, 1]);
  });

  it('is read again before each attempt', async () => {
    const {attempts, reaches, append} = start(
      async (_ids, attempt) => {
        if (attempt > 1) return accepted;
        await Promise.resolve(); // `append` is there only when `start` has returned
        append();
        return {kind: 'retry', cause: 'HTTP 500', afterMs: 10};
      },
      {backlog: 'latest', results: 1},
    );
    await reaches(2);
    expect(attempts).toEqual([[1], [2]]);
  });

  it('is what is pushed when an older one is to be sent again', async () => {
    const {journal, loop, attempts, append, reaches} = start(
      (_ids, attempt) => (attempt === 1 ? {kind: 'rejected', cause: 'no'} : accepted),
      {backlog: 'latest', results: 1},
    );
    await reaches(1);
    append();
    await reaches(2);
    journal.retryRejected('sink');
    loop.wake();
    await vi.waitFor(() => expect(journal.status('sink')).toMatchObject({rejected: 0, retrying: 0}));
    expect(attempts).toEqual([[1], [2], [2]]);
  });

  it('is not pushed again for history that is imported later', async () => {
    const {journal, loop, attempts, reaches} = start(() => accepted, {backlog: 'latest', results: 1});
    await reaches(1);
    journal.append(completed({endedAtMs: 1000}));
    loop.wake();
    await reaches(2);
    expect(attempts).toEqual([[1]]);
  });

  it('that is rejected waits for a newer one', async () => {
    const {journal, reaches, append} = start(
      ([id]) => (id === 1 ? {kind: 'rejected', cause: 'no'} : accepted),
      {
        backlog: 'latest',
        results: 1,
      },
    );
    await reaches(1);
    append();
    await reaches(2);
    expect(journal.rejections('sink').map(({resultId}) => resultId)).toEqual([1]);
  });
});

it('lets as many requests listen for its end as there may be connections', async () => {
  const warnings: string[] = [];
  const note = ({name}: Error) => void warnings.push(name);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const {reaches} = start(
    async (_ids, _attempt, signal) => {
      for (let request = 0; request < 16; request += 1) signal.addEventListener('abort', () => undefined);
      return accepted;
    },
    {results: 1},
  );
  await reaches(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

it('stops in the middle of an attempt, which it tells to end', async () => {
  const {loop, journal, attempts} = start(
    (_ids, _attempt, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), {once: true});
      }),
    {results: 1},
  );
  await vi.waitFor(() => expect(attempts).toHaveLength(1));
  await loop.stop();
  expect(journal.cursor('sink')).toBe(0);
});

import {setImmediate as nextTurn} from 'node:timers/promises';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {createGate} from '../../../src/delivery/gate.ts';
import {
  type Forwarded,
  type ForwardingSettings,
  startForwarding,
} from '../../../src/forwarding/forwarding.ts';
import {openScrapeJournal} from '../../../src/forwarding/scrape-journal.ts';
import {remoteWriteScrapes, type ScrapeSettings} from '../../../src/remote-write/scrape-sink.ts';
import {createRemoteWriter, type WriterSettings} from '../../../src/remote-write/writer.ts';
import type {Block} from '../../../src/scrape/block.ts';
import {type AnswerToV2, startStrictReceiver} from '../../peers/strict-receiver.ts';
import {parseRemoteWrite} from '../../peers/strict-receiver-rules.ts';
import {newPath} from '../journal/open.ts';
import {blockOf, staleBlockOf} from './blocks.ts';

const startMs = 1_790_000_000_000;

// Under load a request may take seconds.
const eventually = (check: () => void) => vi.waitFor(check, {timeout: 9000});

/** A journal that is forwarded to a strict receiver; all ends with the test. */
const forwarding = async (
  settings: Partial<WriterSettings & ScrapeSettings & ForwardingSettings> = {},
  v2: AnswerToV2 = 'taken',
) => {
  const receiver = await startStrictReceiver('mimir', {v2});
  const journal = openScrapeJournal({
    path: newPath(),
    limitBytes: 1e8,
    onLost: () => expect.unreachable(),
    log: {error: (line) => expect.unreachable(line)},
  });
  journal.keepFor(['mimir']);
  const events: Forwarded[] = [];
  const errors: unknown[] = [];
  const writer = createRemoteWriter(
    {http: {url: new URL(receiver.url), timeoutMs: 20_000, headers: {}}, ...settings},
    '1.2.3',
  );
  const start = () =>
    startForwarding({
      journal,
      sink: remoteWriteScrapes(
        {
          name: 'mimir',
          labels: {site: 'home'},
          maxSamples: 1000,
          exemplars: false,
          connections: 1,
          ...settings,
        },
        writer,
      ),
      gate: createGate(),
      queue: {minBackoffMs: 1, maxBackoffMs: 5},
      onForwarded: (event) => events.push(event),
      onError: (_, error) => errors.push(error),
      ...settings,
    });
  const loop = start();
  onTestFinished(async () => {
    await loop.stop();
    journal.close();
    await receiver.stop();
    expect(receiver.violations).toEqual([]);
    expect(errors).toEqual([]);
  });
  const append = (...blocks: Block[]): void => {
    journal.append(blocks);
    loop.wake();
  };
  const done = () => eventually(() => expect(journal.waitingSinceMs('mimir')).toBeUndefined());
  const outcomes = () => events.map(({outcome, samples}) => `${outcome.kind} ${samples}`);
  const values = (name: string) =>
    receiver.samples
      .filter(({labels}) => labels['__name__'] === name)
      .map(({labels, value, timestampMs}) => `${labels['place']}: ${value}@${timestampMs - startMs}`);
  return {receiver, journal, append, done, events, outcomes, values};
};

const versions = [
  {protobufMessage: 'prometheus.WriteRequest'},
  {protobufMessage: 'io.prometheus.write.v2.Request'},
] as const;

describe.each(versions)('in $protobufMessage', ({protobufMessage}) => {
  it('scrape after scrape arrives with its labels, at its time', async () => {
    const {append, done, receiver, values, outcomes} = await forwarding({protobufMessage});
    for (let scrape = 0; scrape < 4; scrape += 1) {
      const timeMs = startMs + scrape * 15_000;
      append(blockOf('a', 2, timeMs, scrape * 10), blockOf('up', 1, timeMs, 1));
      await done();
    }
    append(staleBlockOf('a', 2, startMs + 60_000), blockOf('up', 1, startMs + 60_000, 0));
    await done();
    expect(values('a')).toEqual([
      ...['0: 0@0', '1: 1@0', '0: 10@15000', '1: 11@15000', '0: 20@30000', '1: 21@30000'],
      ...['0: 30@45000', '1: 31@45000', '0: stale@60000', '1: stale@60000'],
    ]);
    expect(values('up').at(-1)).toBe('0: 0@60000');
    expect(outcomes()).toEqual(Array.from({length: 5}, () => 'accepted 3'));
    expect(receiver.samples[0]?.labels).toEqual({
      __name__: 'a',
      instance: 'home:9100',
      job: 'node',
      place: '0',
      site: 'home',
    });
  });

  it.each([1, 3])('a large one takes several requests, over %i connections', async (connections) => {
    const {append, done, outcomes, values} = await forwarding({protobufMessage, maxSamples: 10, connections});
    for (let scrape = 0; scrape < 3; scrape += 1) {
      append(blockOf('a', 25, startMs + scrape, scrape * 100), blockOf('up', 1, startMs + scrape));
      await done();
    }
    expect(outcomes().slice(0, 4).toSorted()).toEqual([
      'accepted 1',
      'accepted 10',
      'accepted 10',
      'accepted 5',
    ]);
    expect(values('a').toSorted()).toEqual(
      [0, 1, 2]
        .flatMap((scrape) =>
          Array.from({length: 25}, (_, place) => `${place}: ${scrape * 100 + place}@${scrape}`),
        )
        .toSorted(),
    );
  });

  it('relabels, and leaves out what relabelling drops', async () => {
    const {append, done, receiver, outcomes} = await forwarding({
      protobufMessage,
      relabel: (labels) =>
        labels.some(([, value]) => value === 'up' || value === '1')
          ? undefined
          : labels.filter(([name]) => name !== 'job'),
    });
    for (const timeMs of [startMs, startMs + 1, startMs + 2]) {
      append(blockOf('a', 3, timeMs, 5));
      await done();
      append(blockOf('up', 1, timeMs, 5));
      await done();
    }
    expect(receiver.samples.map(({labels, value}) => `${labels['place']} ${labels['job']} ${value}`)).toEqual(
      [1, 2, 3].flatMap(() => ['0 undefined 5', '2 undefined 7']),
    );
    expect(receiver.requests).toHaveLength(3);
    expect(outcomes()).toEqual([1, 2, 3].flatMap(() => ['accepted 2', 'accepted 0']));
  });
});

it('sends times, created times and exemplars where a page has them', async () => {
  const {append, done, receiver} = await forwarding({
    protobufMessage: 'io.prometheus.write.v2.Request',
    exemplars: true,
  });
  const block: Block = {
    ...blockOf('a', 3, startMs),
    timestampsMs: Float64Array.of(Number.NaN, 0, startMs + 5000),
    createdMs: Float64Array.of(0, Number.NaN, 7),
    exemplars: [{index: 2, labels: [['trace_id', 'x']], value: 0.5}],
  };
  append(block);
  await done();
  expect(receiver.samples.map(({timestampMs, startMs: start}) => [timestampMs, start])).toEqual([
    [startMs, 1],
    [0, undefined],
    [startMs + 5000, 7],
  ]);
  const parsed = parseRemoteWrite(receiver.requests[0] ?? expect.unreachable());
  expect('series' in parsed && parsed.series.map(({exemplars}) => exemplars)).toEqual([
    undefined,
    undefined,
    [{labels: [['trace_id', 'x']], value: 0.5, timestampMs: startMs + 5000}],
  ]);
  // Created times alone are a part of what is encoded once.
  for (const later of [1, 2, 3]) {
    append({...blockOf('b', 1, startMs + later), createdMs: Float64Array.of(later < 3 ? 5 : 6)});
    await done();
  }
  expect(receiver.samples.slice(3).map(({startMs: start}) => start)).toEqual([5, 5, 6]);
});

it('goes back to 1.0 in the midst of a scrape', async () => {
  const {append, done, values, receiver} = await forwarding(
    {protobufMessage: 'io.prometheus.write.v2.Request', maxSamples: 2},
    'refused',
  );
  for (const timeMs of [startMs, startMs + 1, startMs + 2]) append(blockOf('a', 4, timeMs));
  await done();
  expect(values('a')).toHaveLength(12);
  expect(receiver.requests).toHaveLength(7);
});

describe('a receiver', () => {
  it('that is down gets all when it is back, in few requests and in order', async () => {
    const {append, receiver, done, values, events} = await forwarding();
    receiver.behave({kind: 'status', reply: {status: 503, body: 'not now'}});
    for (let scrape = 0; scrape < 50; scrape += 1) {
      append(blockOf('a', 2, startMs + scrape, scrape));
      if (scrape === 0) await eventually(() => expect(events.length).toBeGreaterThan(2));
    }
    receiver.behave(receiver.strict);
    await done();
    expect(values('a').filter((text) => text.startsWith('0:'))).toEqual(
      Array.from({length: 50}, (_, scrape) => `0: ${scrape}@${scrape}`),
    );
    expect(events[0]).toMatchObject({outcome: {kind: 'retry'}, samples: 2});
    expect(events[0]?.retryInMs).toBeGreaterThan(0);
    expect(events.filter(({outcome}) => outcome.kind === 'accepted').length).toBeLessThan(4);
  });

  it('that refuses a request does not get it again, and gets what is behind it', async () => {
    const {append, receiver, done, outcomes, values} = await forwarding();
    append(blockOf('a', 2, startMs + 1000));
    await done();
    // Of these, one is out of order.
    append(blockOf('a', 1, startMs), blockOf('b', 2, startMs));
    await done();
    receiver.behave({kind: 'status', reply: {status: 422, body: 'no'}});
    append(blockOf('a', 1, startMs + 2000));
    await done();
    receiver.behave(receiver.strict);
    append(blockOf('a', 1, startMs + 3000));
    await done();
    expect(outcomes()).toEqual(['accepted 2', 'rejected 3', 'rejected 1', 'accepted 1']);
    expect(values('b')).toEqual(['0: 0@0', '1: 1@0']);
    expect(values('a')).toEqual(['0: 0@1000', '1: 1@1000', '0: 0@3000']);
  });

  it('of 2.0 tells how many samples it left out', async () => {
    const {append, done, receiver, events} = await forwarding({
      protobufMessage: 'io.prometheus.write.v2.Request',
    });
    append(blockOf('a', 1, startMs + 1000));
    await done();
    append(blockOf('a', 1, startMs), blockOf('b', 2, startMs));
    await done();
    expect(events[1]).toMatchObject({outcome: {kind: 'rejected', status: 400, unwritten: 1}, samples: 3});
    // For something else in it, such as an exemplar.
    receiver.behave({
      kind: 'status',
      reply: {status: 400, headers: {'x-prometheus-remote-write-samples-written': '2'}},
    });
    append(blockOf('b', 2, startMs + 2000));
    await done();
    expect(events[2]).toMatchObject({outcome: {kind: 'rejected', status: 400, unwritten: 0}, samples: 2});
  });
});

it('leaves out what is older than the age limit', async () => {
  const {append, done, outcomes, values} = await forwarding({
    queue: {minBackoffMs: 1, maxBackoffMs: 1, ageLimitMs: 1000},
    now: () => startMs + 1500,
  });
  append(blockOf('a', 2, startMs));
  append(blockOf('a', 1, startMs + 1000));
  await done();
  expect(outcomes()).toEqual(['rejected 2', 'accepted 1']);
  expect(values('a')).toEqual(['0: 0@1000']);
});

/** Turns of the event loop until all is done. */
const turnsUntil = async (isDone: () => boolean): Promise<number> => {
  let turns = 0;
  for (; !isDone(); turns += 1) await nextTurn();
  return turns;
};

it.each([
  ['too old', {queue: {minBackoffMs: 1, maxBackoffMs: 1, ageLimitMs: 1000}}],
  ['dropped by relabelling', {relabel: () => undefined}],
] as const)('lets other work have its turns while it passes over what is %s', async (_, settings) => {
  const {append, journal, outcomes} = await forwarding({...settings, maxSamples: 10});
  for (let scrape = 0; scrape < 50; scrape += 1) append(blockOf('a', 10, startMs + scrape));
  // One scrape of 50 requests.
  append(blockOf('b', 500, startMs + 50));
  const turns = await turnsUntil(() => journal.waitingSinceMs('mimir') === undefined);
  expect(turns).toBeGreaterThanOrEqual(outcomes().length - 1);
  expect(outcomes().length).toBeGreaterThan(50);
});

it('tells what has grown too old while a receiver was down, and sends it the rest', async () => {
  let nowMs = startMs;
  const {append, done, receiver, events, values} = await forwarding({
    queue: {minBackoffMs: 1, maxBackoffMs: 1, ageLimitMs: 1000},
    now: () => nowMs,
  });
  const verdicts = () =>
    events.flatMap(({outcome, samples}) => (outcome.kind === 'retry' ? [] : [[outcome, samples]]));
  const old = {kind: 'rejected', cause: 'older than queue_config.sample_age_limit'};
  receiver.behave({kind: 'status', reply: {status: 503}});
  append(blockOf('a', 2, startMs));
  await eventually(() => expect(events.length).toBeGreaterThan(2));
  nowMs = startMs + 2000;
  await eventually(() => expect(verdicts()).toEqual([[old, 2]]));
  // Of two that share a request, one.
  append(blockOf('b', 3, startMs + 1500));
  append(blockOf('c', 1, startMs + 2000));
  const before = events.length;
  await eventually(() => expect(events.length).toBeGreaterThan(before + 2));
  nowMs = startMs + 2750;
  await eventually(() =>
    expect(verdicts()).toEqual([
      [old, 2],
      [old, 3],
    ]),
  );
  receiver.behave(receiver.strict);
  await done();
  expect(verdicts().slice(2)).toEqual([[{kind: 'accepted'}, 1]]);
  expect([values('a'), values('b'), values('c')]).toEqual([[], [], ['0: 0@2000']]);
});

it('encodes a request once, however often it is made', async () => {
  let relabelled = 0;
  const {append, done, receiver, events} = await forwarding({
    relabel: (labels) => {
      relabelled += 1;
      return labels;
    },
  });
  receiver.behave({kind: 'status', reply: {status: 503}});
  append(blockOf('a', 2, startMs));
  await eventually(() => expect(events.length).toBeGreaterThan(2));
  receiver.behave(receiver.strict);
  await done();
  expect(relabelled).toBe(2);
});

it('reads each scrape of a backlog once', async () => {
  const {append, done, journal, outcomes} = await forwarding({maxSamples: 3});
  const reads = vi.spyOn(journal, 'after');
  for (let second = 1; second <= 4; second += 1) append(blockOf('a', 2, startMs + 1000 * second));
  const lastId = journal.cursor('none');
  await done();
  expect(outcomes()).toEqual(Array(4).fill('accepted 2'));
  const ids = reads.mock.calls.map(([id]) => id).filter((id) => id < lastId);
  expect(ids).toEqual([...new Set(ids)]);
});

it('holds a backlog back while a test runs, and not what is fresh', async () => {
  const gate = createGate();
  const open = gate.close();
  const {append, done, journal, values} = await forwarding({gate, now: () => startMs + 60_000});
  append(blockOf('a', 1, startMs + 59_000));
  await done();
  append(blockOf('b', 1, startMs));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(journal.waitingSinceMs('mimir')).toBe(startMs);
  open();
  await done();
  expect(values('b')).toEqual(['0: 0@0']);
});

it('a scrape that is refused takes none along with which it shared a request', async () => {
  const {append, done, outcomes, values} = await forwarding();
  append(blockOf('a', 1, startMs + 2000, 1));
  await done();
  append(blockOf('a', 1, startMs + 1000, 2));
  append(blockOf('b', 1, startMs + 3000, 3));
  await done();
  expect(outcomes()).toEqual(['accepted 1', 'rejected 1', 'accepted 1']);
  expect(values('a')).toEqual(['0: 1@2000']);
  expect(values('b')).toEqual(['0: 3@3000']);
});

import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {createGate} from '../../../src/delivery/gate.ts';
import {startDelivery} from '../../../src/delivery/loop.ts';
import {defaultQueue} from '../../../src/delivery/queue.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import type {Mapping} from '../../../src/metrics/map.ts';
import {remoteWriteSink} from '../../../src/remote-write/sink.ts';
import {completed, fullMeasurement} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';
import {parseRemoteWrite} from '../../peers/strict-receiver-rules.ts';

/** One series, with the provider and the name of the metric as labels that change. */
const mapWith =
  (name: string): Mapping =>
  ({id, result}) => [
    {
      name,
      help: '',
      labels: [['isp', (result.status === 'completed' && result.measurement.isp) || '-']],
      value: id,
    },
  ];

/** A journal, and loops one after another that deliver it to a receiver which refuses what is out of order. */
const start = async () => {
  const receiver = await startStrictReceiver();
  const journal = openJournal(join(temporaryFolder(), 'journal.db'));
  journal.startAt('sink', {kind: 'all'});
  onTestFinished(async () => {
    journal.close();
    await receiver.stop();
    expect([receiver.violations, receiver.conflicts]).toEqual([[], []]);
  });
  const append = (isp: string, endedAtMs: number) =>
    journal.append(completed({endedAtMs, measurement: {...fullMeasurement, isp}}));
  /** Delivers all that waits, then what `until` waits for. */
  const deliver = async ({
    maxResults = 500,
    name = 'a',
    until = (): void => undefined,
  } = {}): Promise<void> => {
    const http = {url: new URL(receiver.url), timeoutMs: 20_000, headers: {}};
    const loop = startDelivery({
      journal,
      sink: remoteWriteSink({name: 'sink', http, labels: {}}, mapWith(name), '1.2.3'),
      gate: createGate(),
      newest: () => [],
      repeat: {intervalMs: Number.POSITIVE_INFINITY, lapsesAtMs: () => Number.POSITIVE_INFINITY},
      queue: {...defaultQueue, maxResults},
      onDelivery: () => undefined,
      onError: (_destination, error) => {
        throw error;
      },
    });
    try {
      await vi.waitFor(() => expect(journal.cursor('sink')).toBe(journal.lastId()), {timeout: 9000});
      await vi.waitFor(until, {timeout: 9000});
    } finally {
      await loop.stop();
    }
  };
  /** Refuses each request with a sample of that time. */
  const refuse = (timestampMs: number): void =>
    receiver.behave({
      kind: 'judge',
      judge: (request) => {
        const parsed = parseRemoteWrite(request);
        const refuses =
          'series' in parsed &&
          parsed.series.some(({samples}) => samples.some((sample) => sample.timestampMs === timestampMs));
        if (refuses || receiver.strict.kind !== 'judge') return {status: 400, body: 'no'};
        return receiver.strict.judge(request);
      },
    });
  /** What each series has. */
  const stored = () => {
    const found: Record<string, string[]> = {};
    for (const {labels, value, timestampMs} of receiver.samples) {
      const key = `${labels['__name__']} ${labels['isp']}`;
      found[key] = [...(found[key] ?? []), `${value}@${timestampMs}`];
    }
    return found;
  };
  return {receiver, journal, append, deliver, refuse, stored};
};

it.each([1, 2, 500])('a backlog ends each series where it does, in batches of %i', async (maxResults) => {
  const {append, deliver, stored} = await start();
  for (const [index, isp] of ['x', 'x', 'y', 'x', 'y', 'y', 'z'].entries()) append(isp, (index + 1) * 1000);
  await deliver({maxResults});
  expect(stored()).toEqual({
    'a x': ['1@1000', '2@2000', 'stale@3000', '4@4000', 'stale@5000'],
    'a y': ['3@3000', 'stale@4000', '5@5000', '6@6000', 'stale@7000'],
    'a z': ['7@7000'],
  });
});

it.each([1, 2, 500])('a rejected result ends nothing, in batches of %i', async (maxResults) => {
  const {journal, append, deliver, refuse, stored} = await start();
  for (const [index, isp] of ['x', 'y', 'z', 'z'].entries()) append(isp, (index + 1) * 1000);
  refuse(2000);
  await deliver({maxResults});
  expect(journal.rejections('sink')).toMatchObject([{resultId: 2}]);
  expect(stored()).toEqual({'a x': ['1@1000', 'stale@3000'], 'a z': ['3@3000', '4@4000']});
});

it('a result that was rejected and is sent again does not end what is shown', async () => {
  const {receiver, journal, append, deliver, refuse} = await start();
  append('x', 1000);
  append('y', 2000);
  refuse(1000);
  await deliver();
  receiver.behave(receiver.strict);
  journal.retryRejected('sink');
  await deliver({until: () => expect(journal.live('sink')).toMatchObject([{resultId: 2, series: [/y/]}])});
});

it('a name that the configuration changes ends the old series, though nothing is repeated', async () => {
  const {append, deliver, stored} = await start();
  append('x', 1000);
  await deliver();
  await deliver({name: 'b', until: () => expect(stored()['a x']).toHaveLength(2)});
  expect(stored()).toEqual({'a x': ['1@1000', expect.stringMatching(/^stale@/)]});
  append('x', Date.now());
  await deliver({name: 'b'});
  expect(Object.keys(stored())).toEqual(['a x', 'b x']);
});

it('imported history beside a live result leaves the live one shown', async () => {
  const {journal, append, deliver, stored} = await start();
  append('x', 5000);
  await deliver();
  append('old', 2000);
  append('y', 9000);
  append('older', 1000);
  await deliver();
  expect(stored()).toEqual({
    'a x': ['1@5000', 'stale@9000'],
    'a older': ['4@1000', 'stale@2000'],
    'a old': ['2@2000', 'stale@9000'],
    'a y': ['3@9000'],
  });
  expect(journal.live('sink')).toMatchObject([{resultId: 3, lastSampleMs: 9000}]);
});

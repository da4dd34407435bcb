import {join} from 'node:path';
import {deserialize, serialize} from 'node:v8';
import {expect, vi} from 'vitest';
import {createGate} from '../../../src/delivery/gate.ts';
import {startDelivery} from '../../../src/delivery/loop.ts';
import {defaultQueue} from '../../../src/delivery/queue.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import type {Mapping} from '../../../src/metrics/map.ts';
import {remoteWriteSink} from '../../../src/remote-write/sink.ts';
import type {TestResult} from '../../../src/result.ts';
import {completed, fullMeasurement} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {
  type Attempt,
  backoff,
  type Gauge,
  helpOf,
  isInfo,
  messages,
  random,
  type Sender,
  unitOf,
} from './sender.ts';

/** A result that holds gauges, so that they are in the journal as results are. */
const resultOf = (timeMs: number, gauges: readonly Gauge[]): TestResult =>
  completed({
    startedAtMs: timeMs,
    endedAtMs: timeMs,
    measurement: {...fullMeasurement, isp: serialize(gauges).toString('base64')},
  });

const gaugesOf = (result: TestResult): readonly Gauge[] =>
  result.status === 'completed' ? deserialize(Buffer.from(result.measurement.isp ?? '', 'base64')) : [];

const map: Mapping = ({result}) =>
  gaugesOf(result).map(({name, labels, value}) => ({
    name,
    help: helpOf(name),
    unit: unitOf(name),
    ...(isInfo(name) && {type: 'info'}),
    labels: Object.entries(labels),
    value,
  }));

/** Sends what speed tests measured: each result's samples at the time of its end. */
export const resultsSender: Sender = {
  name: 'results',
  start: async ({version, http, labels = {}, folder = temporaryFolder(), ...settings}) => {
    const name = 'receiver';
    const journal = openJournal(join(folder, 'results.db'));
    journal.cursor(name);
    const attempts: Attempt[] = [];
    const protobufMessage = messages[version];
    const loop = startDelivery({
      journal,
      sink: remoteWriteSink({name, http, labels, protobufMessage, ...settings}, map, '1.2.3'),
      gate: createGate(),
      newest: () => [],
      queue: {...defaultQueue, ...backoff},
      onDelivery: (delivery) => attempts.push(delivery),
      onError: (_, error) => expect.unreachable(String(error)),
      random,
    });
    return {
      hand: async (timeMs, gauges) => {
        journal.append(resultOf(timeMs, gauges));
        loop.wake();
      },
      settled: () =>
        vi.waitFor(() => expect(journal.cursor(name)).toBe(journal.lastId()), {timeout: 25_000, interval: 5}),
      attempts,
      stop: async () => {
        await loop.stop();
        journal.close();
      },
    };
  },
};

import {createGate} from '../../../src/delivery/gate.ts';
import {startDelivery} from '../../../src/delivery/loop.ts';
import {defaultQueue} from '../../../src/delivery/queue.ts';
import type {Outcome} from '../../../src/delivery/sink.ts';
import {startForwarding} from '../../../src/forwarding/forwarding.ts';
import {openScrapeJournal} from '../../../src/forwarding/scrape-journal.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import type {Sample} from '../../../src/metrics/sample.ts';
import {remoteWriteScrapes} from '../../../src/remote-write/scrape-sink.ts';
import {remoteWriteSink} from '../../../src/remote-write/sink.ts';
import {createRemoteWriter} from '../../../src/remote-write/writer.ts';
import type {ScrapedSeries} from '../../../src/scrape/block.ts';
import {createLayout} from '../../../src/scrape/layout.ts';
import {staleValues} from '../../../src/scrape/page/sample-values.ts';
import {
  describeSender,
  type Given,
  type Sender,
  type SenderSettings,
} from '../../contract/remote-write-sender.ts';
import {completed} from '../../fixtures/results.ts';
import {gauge} from '../forwarding/blocks.ts';
import {newPath} from '../journal/open.ts';

const labels = {site: 'home'};
const fail = (_: string, error: unknown): void => {
  throw error;
};

/** What the bridge measures itself: each result is mapped to what it was given. */
const sendResults = ({minBackoffMs, ...settings}: SenderSettings): Sender => {
  const journal = openJournal(newPath());
  journal.startAt('peer', {kind: 'end'});
  const given = new Map<number, readonly Sample[]>();
  const outcomes: Outcome[] = [];
  const loop = startDelivery({
    journal,
    sink: remoteWriteSink(
      {name: 'peer', labels, ...settings},
      ({result}) => given.get(result.endedAtMs) ?? [],
      '1.2.3',
    ),
    gate: createGate(),
    newest: () => [],
    repeat: {intervalMs: Number.POSITIVE_INFINITY, lapsesAtMs: () => Number.POSITIVE_INFINITY},
    queue: {...defaultQueue, minBackoffMs, maxBackoffMs: 4 * minBackoffMs},
    onDelivery: ({outcome}) => outcomes.push(outcome),
    onError: fail,
  });
  return {
    give: (timeMs, samples) => {
      given.set(
        timeMs,
        samples.map((sample) => ({...sample, help: `Help of ${sample.name}.`})),
      );
      journal.append(completed({startedAtMs: timeMs - 1, endedAtMs: timeMs}));
      loop.wake();
    },
    isDone: () => journal.cursor('peer') === journal.lastId(),
    outcomes: () => outcomes,
    stop: async () => {
      await loop.stop();
      journal.close();
    },
  };
};

const seriesOf = ({name, labels: own}: Given): ScrapedSeries => ({
  labels: [...own, ['__name__', name] as const].sort(([a], [b]) => (a < b ? -1 : 1)),
  family: gauge(name),
});

/** What it scrapes. */
const sendScrapes = ({minBackoffMs, ...settings}: SenderSettings): Sender => {
  const journal = openScrapeJournal({
    path: newPath(),
    limitBytes: 1e8,
    onLost: (samples) => fail('', new Error(`lost ${samples}`)),
    log: {error: (line) => fail('', new Error(line))},
  });
  journal.keepFor(['peer']);
  const outcomes: Outcome[] = [];
  const writer = createRemoteWriter(settings, '1.2.3');
  const loop = startForwarding({
    journal,
    sink: remoteWriteScrapes(
      {name: 'peer', labels, maxSamples: 1000, exemplars: false, connections: 1},
      writer,
    ),
    gate: createGate(),
    queue: {minBackoffMs, maxBackoffMs: 4 * minBackoffMs},
    onForwarded: ({outcome}) => outcomes.push(outcome),
    onError: fail,
  });
  let before: readonly Given[] = [];
  return {
    give: (timeMs, samples) => {
      const ended = before.filter(({name}) => !samples.some((other) => other.name === name));
      before = samples;
      const block = (series: readonly Given[], values: Float64Array) => ({
        layout: createLayout(series.map(seriesOf)),
        timeMs,
        values,
      });
      journal.append([
        block(
          samples,
          Float64Array.from(samples, ({value}) => value),
        ),
        ...(ended.length > 0 ? [block(ended, staleValues(ended.length))] : []),
      ]);
      loop.wake();
    },
    isDone: () => journal.backlog('peer').blocks === 0,
    outcomes: () => outcomes,
    stop: async () => {
      await loop.stop();
      journal.close();
    },
  };
};

describeSender('results', sendResults);
describeSender('scrapes', sendScrapes);

import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {maxTimerMs, sleep} from '../sleep.ts';
import {Ahead} from './ahead.ts';
import {createAttempts, type Delivery} from './attempts.ts';
import type {Gate} from './gate.ts';
import {Live, type RepeatSettings} from './live.ts';
import {defaultQueue, type QueueSettings} from './queue.ts';
import {deliverAgain} from './rejected.ts';
import {createLoop, type DeliveryLoop} from './running-loop.ts';
import type {Sink} from './sink.ts';
import {createWaiting} from './waiting.ts';

export interface DeliverySettings {
  readonly journal: Journal;
  readonly sink: Sink;
  readonly gate: Gate;
  /** What a `latest` sink is given: the newest row of each job. */
  readonly newest: () => readonly JournalRow[];
  /** For a sink with a timeline; absent where series are left to themselves between tests. */
  readonly repeat?: RepeatSettings;
  readonly queue?: QueueSettings;
  readonly onDelivery: (delivery: Delivery) => void;
  /** A journal that can't be read or written; the loop tries again after a while. */
  readonly onError: (destination: string, error: unknown) => void;
  readonly random?: () => number;
}

/**
 * Delivers a journal's results to one destination until stopped, and retries for as long as the receiver may yet take a
 * result. Rejected results that a person wants sent again go first, one by one; then what waits, in order. While nothing
 * waits, the newest results' series are kept visible.
 */
export const startDelivery = (settings: DeliverySettings): DeliveryLoop => {
  const {journal, sink, gate, newest, queue = defaultQueue} = settings;
  const {onDelivery, onError, random = Math.random} = settings;
  const loop = createLoop();
  const {signal} = loop;

  const ahead = new Ahead(journal, sink);
  const prepareAhead = async (): Promise<void> => {
    while (!signal.aborted && !gate.isClosed() && ahead.extend()) await nextTurn();
  };
  const attempts = createAttempts({journal, sink, queue, onDelivery, random, prepareAhead, signal});
  const waiting = createWaiting({journal, sink, queue, newest, ahead, attempts, onDelivery, signal});
  const {timeline} = sink;
  const live =
    settings.repeat &&
    timeline &&
    new Live({journal, sink, timeline, settings: settings.repeat}, Date.now(), random);

  /** Repeats or ends series where that is due, else waits until it is or the journal grows. */
  const keepVisible = async (): Promise<void> => {
    const repetition = live?.due(Date.now());
    if (live === undefined || repetition === undefined) {
      const nextAtMs = live?.nextAtMs();
      await sleep(nextAtMs === undefined ? maxTimerMs : Math.max(nextAtMs - Date.now(), 1), loop.awake());
      return;
    }
    const outcome = await live.send(repetition, signal);
    if (outcome?.kind === 'retry') await attempts.holdOff(outcome, 0);
    else if (outcome !== undefined) attempts.settle(outcome, 0, 0);
  };

  const step = async (): Promise<void> => {
    const [again] = journal.retries(sink.name, 1);
    // A live result and a repetition are small and go at once; everything else waits while a test runs.
    if (gate.isClosed() && (again !== undefined || attempts.lag() > 1) && sink.backlog === 'every') {
      await gate.whenOpen(loop.awake());
      return;
    }
    if (again !== undefined) await deliverAgain(again, {journal, sink, newest, attempts, signal});
    else if (!(await waiting.deliverNext())) await keepVisible();
  };

  return loop.start({step, onError: (error) => onError(sink.name, error), close: () => sink.close()});
};

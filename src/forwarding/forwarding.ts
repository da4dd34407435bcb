import {setImmediate as nextTurn} from 'node:timers/promises';
import {retryWaitMs} from '../delivery/backoff.ts';
import type {Gate} from '../delivery/gate.ts';
import {isTooOld, type QueueSettings, tooOld} from '../delivery/queue.ts';
import {createLoop, type DeliveryLoop} from '../delivery/running-loop.ts';
import type {Outcome} from '../delivery/sink.ts';
import {samplesIn} from '../scrape/block.ts';
import {maxTimerMs, sleep} from '../sleep.ts';
import type {StoredScrape} from './scrape-database.ts';
import type {ScrapeJournal} from './scrape-journal.ts';
import type {ScrapePart, ScrapeSink} from './scrape-sink.ts';

/** What became of a request, for logs and metrics. */
export interface Forwarded {
  readonly destination: string;
  readonly outcome: Outcome;
  /** How many samples were in it. */
  readonly samples: number;
  /** When the next attempt is made, where this one is made again. */
  readonly retryInMs?: number;
}

export interface ForwardingSettings {
  readonly journal: ScrapeJournal;
  readonly sink: ScrapeSink;
  readonly gate: Gate;
  readonly queue: Pick<QueueSettings, 'minBackoffMs' | 'maxBackoffMs' | 'ageLimitMs'>;
  readonly onForwarded: (forwarded: Forwarded) => void;
  /** An error of this program. The loop tries again after a while. */
  readonly onError: (destination: string, error: unknown) => void;
  readonly random?: () => number;
  /** The time in Unix milliseconds. */
  readonly now?: () => number;
}

/** What is older has been waiting: it is a backlog, and can wait for the end of a speed test. */
const freshMs = 30_000;

/**
 * Forwards what a journal has to one destination until stopped, in order. A request is made again for as long as the
 * receiver may yet take it; one that it refuses is done with, and never blocks those behind it.
 */
export const startForwarding = (settings: ForwardingSettings): DeliveryLoop => {
  const {journal, sink, gate, queue, onForwarded, onError, random = Math.random, now = Date.now} = settings;
  const destination = sink.name;
  const loop = createLoop();
  const {signal} = loop;

  /** The scrape that was read and had no room with those before it, and the number of the last of them. */
  let leftOver: {readonly afterId: number; readonly scrape: StoredScrape} | undefined;

  /** The next scrapes that go together. */
  const nextScrapes = (): StoredScrape[] => {
    const scrapes: StoredScrape[] = [];
    let samples = 0;
    let id = journal.cursor(destination);
    while (samples < sink.maxSamples) {
      const next = leftOver?.afterId === id ? leftOver.scrape : journal.after(id);
      leftOver = undefined;
      if (next === undefined) break;
      samples += samplesIn(next.blocks);
      if (scrapes.length > 0 && samples > sink.maxSamples) {
        leftOver = {afterId: id, scrape: next};
        break;
      }
      scrapes.push(next);
      id = next.id;
    }
    return scrapes;
  };

  const isOld = ({blocks: [{timeMs}]}: StoredScrape): boolean => isTooOld(timeMs, queue, now());

  /** Makes a request that these scrapes are in until it has a verdict, or one of them is too old. */
  const settle = async (part: ScrapePart, scrapes: readonly StoredScrape[]): Promise<void> => {
    for (let failures = 1; !scrapes.some(isOld); failures += 1) {
      const {outcome, samples} = await part.send(signal);
      if (outcome.kind === 'rejected' && scrapes.length > 1) {
        // What is wrong with one of several that share a request must not take the others along.
        for (const scrape of scrapes) await forward([scrape]);
        return;
      }
      if (outcome.kind !== 'retry') {
        onForwarded({destination, outcome, samples});
        return;
      }
      const retryInMs = retryWaitMs(outcome, failures, queue, random);
      onForwarded({destination, outcome, samples, retryInMs});
      await sleep(retryInMs, signal);
      signal.throwIfAborted();
    }
    if (scrapes.length > 1) await forward(scrapes);
    else onForwarded({destination, outcome: tooOld, samples: part.samples});
  };

  const forward = async (given: readonly StoredScrape[]): Promise<void> => {
    const old = new Set(given.filter(isOld));
    const scrapes = given.filter((scrape) => !old.has(scrape));
    if (old.size > 0) {
      const samples = samplesIn([...old].flatMap(({blocks}) => blocks));
      onForwarded({destination, outcome: tooOld, samples});
    }
    const left = scrapes.length > 0 ? [...sink.parts(scrapes)] : [];
    const settleAll = async (): Promise<void> => {
      for (let part = left.shift(); part !== undefined; part = left.shift()) {
        await settle(part, scrapes);
        // Nothing was waited for where relabelling has dropped all of it.
        await nextTurn();
      }
    };
    await Promise.all(Array.from({length: Math.min(sink.connections, left.length)}, settleAll));
  };

  const step = async (): Promise<void> => {
    const scrapes = nextScrapes();
    const [first] = scrapes;
    const last = scrapes.at(-1);
    if (first === undefined || last === undefined) {
      await sleep(maxTimerMs, loop.awake());
    } else if (gate.isClosed() && first.blocks[0].timeMs < now() - freshMs) {
      await gate.whenOpen(loop.awake());
    } else {
      await forward(scrapes);
      journal.advance(destination, last.id);
      // Nor where all of them were too old.
      await nextTurn();
    }
  };

  return loop.start({step, onError: (error) => onError(destination, error), close: () => sink.close()});
};

import {setMaxListeners} from 'node:events';
import {backoffMs} from '../delivery/backoff.ts';
import type {Gate} from '../delivery/gate.ts';
import type {DeliveryLoop} from '../delivery/loop.ts';
import type {QueueSettings} from '../delivery/queue.ts';
import type {Outcome} from '../delivery/sink.ts';
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

const errorPauseMs = 5000;
/** What is older has been waiting: it is a backlog, and can wait for the end of a speed test. */
const freshMs = 30_000;

const samplesIn = ({blocks}: StoredScrape): number =>
  blocks.reduce((sum, {values}) => sum + values.length, 0);

/**
 * Forwards what a journal has to one destination until stopped, in order. A request is made again for as long as the
 * receiver may yet take it; one that it refuses is done with, and never blocks those behind it.
 */
export const startForwarding = (settings: ForwardingSettings): DeliveryLoop => {
  const {journal, sink, gate, queue, onForwarded, onError, random = Math.random, now = Date.now} = settings;
  const destination = sink.name;
  const stopping = new AbortController();
  const {signal} = stopping;
  // Each request under way listens, and Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  let awake = new AbortController();

  /** The next scrapes that go together. */
  const nextScrapes = (): StoredScrape[] => {
    const scrapes: StoredScrape[] = [];
    let samples = 0;
    let id = journal.cursor(destination);
    while (samples < sink.maxSamples) {
      const next = journal.after(id);
      samples += next === undefined ? 0 : samplesIn(next);
      if (next === undefined || (scrapes.length > 0 && samples > sink.maxSamples)) break;
      scrapes.push(next);
      id = next.id;
    }
    return scrapes;
  };

  const isTooOld = ({blocks: [{timeMs}]}: StoredScrape): boolean =>
    queue.ageLimitMs !== undefined && timeMs < now() - queue.ageLimitMs;

  const sendUntilSettled = async (part: ScrapePart): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const {outcome, samples} = await part.send(signal);
      if (outcome.kind !== 'retry') {
        onForwarded({destination, outcome, samples});
        return;
      }
      const bounds = {minMs: queue.minBackoffMs, maxMs: queue.maxBackoffMs, random};
      // None, or a time that has passed, would be an endless loop of requests.
      const {afterMs = 0} = outcome;
      const retryInMs = afterMs > 0 ? afterMs : backoffMs(failures, bounds);
      onForwarded({destination, outcome, samples, retryInMs});
      await sleep(retryInMs, signal);
      signal.throwIfAborted();
    }
  };

  const forward = async (scrapes: readonly StoredScrape[]): Promise<void> => {
    const old = scrapes.filter(isTooOld);
    if (old.length > 0) {
      const outcome = {kind: 'rejected', cause: 'older than queue_config.sample_age_limit'} as const;
      onForwarded({destination, outcome, samples: old.reduce((sum, each) => sum + samplesIn(each), 0)});
    }
    const left = [...sink.parts(scrapes.filter((scrape) => !isTooOld(scrape)))];
    const sendAll = async (): Promise<void> => {
      for (let part = left.shift(); part !== undefined; part = left.shift()) await sendUntilSettled(part);
    };
    await Promise.all(Array.from({length: Math.min(sink.connections, left.length)}, sendAll));
  };

  const step = async (): Promise<void> => {
    if (awake.signal.aborted) awake = new AbortController();
    const scrapes = nextScrapes();
    const [first] = scrapes;
    const last = scrapes.at(-1);
    if (first === undefined || last === undefined) {
      await sleep(maxTimerMs, awake.signal);
    } else if (gate.isClosed() && first.blocks[0].timeMs < now() - freshMs) {
      await gate.whenOpen(awake.signal);
    } else {
      await forward(scrapes);
      journal.advance(destination, last.id);
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (signal.aborted) break;
        onError(destination, error);
        await sleep(errorPauseMs, signal);
      }
    }
    await sink.close();
  };

  const running = run();
  return {
    wake: () => awake.abort(),
    stop: async () => {
      stopping.abort(new Error('the bridge is stopping'));
      awake.abort();
      await running;
    },
  };
};

import {backoffMs} from '../delivery/backoff.ts';
import type {Gate} from '../delivery/gate.ts';
import type {QueueSettings} from '../delivery/queue.ts';
import {createLoop, type DeliveryLoop} from '../delivery/running-loop.ts';
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
  const loop = createLoop();
  const {signal} = loop;

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

  /** Gives what came of it in the end, which is yet to be told. */
  const sendUntilSettled = async (part: ScrapePart): Promise<Forwarded> => {
    for (let failures = 1; ; failures += 1) {
      const {outcome, samples} = await part.send(signal);
      if (outcome.kind !== 'retry') return {destination, outcome, samples};
      const bounds = {minMs: queue.minBackoffMs, maxMs: queue.maxBackoffMs, random};
      // None, or a time that has passed, would be an endless loop of requests.
      const {afterMs = 0} = outcome;
      const retryInMs = afterMs > 0 ? afterMs : backoffMs(failures, bounds);
      onForwarded({destination, outcome, samples, retryInMs});
      await sleep(retryInMs, signal);
      signal.throwIfAborted();
    }
  };

  const forwardTogether = async (scrapes: readonly StoredScrape[]): Promise<void> => {
    const left = [...sink.parts(scrapes)];
    let areRefused = false;
    const sendAll = async (): Promise<void> => {
      for (let part = left.shift(); part !== undefined; part = left.shift()) {
        const forwarded = await sendUntilSettled(part);
        areRefused = scrapes.length > 1 && forwarded.outcome.kind === 'rejected';
        if (!areRefused) onForwarded(forwarded);
      }
    };
    await Promise.all(Array.from({length: Math.min(sink.connections, left.length)}, sendAll));
    // Several share one request. What is wrong with one of them must not take the others along.
    if (areRefused) for (const scrape of scrapes) await forwardTogether([scrape]);
  };

  const forward = async (scrapes: readonly StoredScrape[]): Promise<void> => {
    const old = scrapes.filter(isTooOld);
    if (old.length > 0) {
      const outcome = {kind: 'rejected', cause: 'older than queue_config.sample_age_limit'} as const;
      onForwarded({destination, outcome, samples: old.reduce((sum, each) => sum + samplesIn(each), 0)});
    }
    await forwardTogether(scrapes.filter((scrape) => !isTooOld(scrape)));
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
    }
  };

  return loop.start({step, onError: (error) => onError(destination, error), close: () => sink.close()});
};

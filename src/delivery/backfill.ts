import type {JournalRow} from '../journal/row.ts';
import {sleep} from '../sleep.ts';
import {retryWaitMs} from './backoff.ts';
import type {QueueSettings} from './queue.ts';
import {createRefusals, type Refusal} from './refusals.ts';
import type {Outcome, Sink} from './sink.ts';

/** How far a backfill has come. */
export interface BackfillProgress {
  readonly taken: number;
  readonly refused: number;
  /** When the last result ended that has a verdict, Unix milliseconds. */
  readonly atMs: number;
}

export interface BackfillSettings {
  readonly sink: Pick<Sink, 'deliver'>;
  /** The most results in one request, and how long to wait after one that failed. */
  readonly queue: Pick<QueueSettings, 'maxResults' | 'minBackoffMs' | 'maxBackoffMs'>;
  readonly resultsPerSecond: number;
  /** How long a receiver may fail without a break before it is given up. */
  readonly patienceMs: number;
  readonly onProgress: (progress: BackfillProgress) => void;
  /** Told why a request had no verdict, each time before it is made again. */
  readonly onRetry: (cause: string) => void;
  readonly random?: () => number;
}

/** What became of a backfill. */
export interface Backfilled {
  /** Results. */
  readonly taken: number;
  /** Samples of them that the receiver says it left out all the same. */
  readonly unwritten: number;
  readonly refusals: readonly Refusal[];
  /** Where it ended before its last result: why, and when the first result ended that has no verdict. */
  readonly stopped?: {readonly cause: string; readonly atMs: number};
}

/** The statuses of answers that may mean what was sent; any other of 4xx would be the same for every result. */
const verdicts = [400, 409, 413, 422];

/**
 * Sends results to one destination, whose cursor it knows nothing of: oldest first, no more than so many a second. A
 * rejected batch is halved until each result has its own verdict; one that has none yet, for the receiver is away, is tried
 * again. Never rejects: where `signal` aborts, it has stopped.
 * @param pages the results in the order of their times.
 */
export const backfill = async (
  pages: Iterable<readonly JournalRow[]>,
  settings: BackfillSettings,
  signal: AbortSignal,
): Promise<Backfilled> => {
  const {sink, queue, resultsPerSecond, patienceMs, onProgress, onRetry, random = Math.random} = settings;
  const mostAtOnce = Math.max(1, Math.min(queue.maxResults, Math.floor(resultsPerSecond)));
  const startedMs = performance.now();
  const refusals = createRefusals();
  let limit = mostAtOnce;
  let taken = 0;
  let unwritten = 0;

  const deliver = async (batch: readonly JournalRow[]): Promise<Outcome> => {
    try {
      return await sink.deliver(batch, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return {kind: 'retry', cause: 'interrupted'};
    }
  };

  /** Tries until there is a verdict, or patience ends. */
  const verdictOn = async (batch: readonly JournalRow[]): Promise<Outcome> => {
    const givenUpMs = performance.now() + patienceMs;
    for (let failures = 1; ; failures += 1) {
      const outcome = await deliver(batch);
      if (outcome.kind !== 'retry' || signal.aborted) return outcome;
      const waitMs = retryWaitMs(outcome, failures, queue, random);
      if (performance.now() + waitMs > givenUpMs) return outcome;
      onRetry(outcome.cause);
      await sleep(waitMs, signal);
    }
  };

  const report = (): Omit<Backfilled, 'stopped'> => ({taken, unwritten, refusals: refusals.list()});

  for (const rows of pages) {
    let left = rows;
    for (let [first] = left; first !== undefined; [first] = left) {
      const {endedAtMs} = first.result;
      const dueMs = startedMs + ((taken + refusals.count()) / resultsPerSecond) * 1000;
      await sleep(Math.max(0, dueMs - performance.now()), signal);
      if (signal.aborted) return {...report(), stopped: {cause: 'interrupted', atMs: endedAtMs}};
      const batch = left.slice(0, limit);
      const outcome = await verdictOn(batch);
      const isVerdict =
        outcome.kind === 'accepted' ||
        (outcome.kind === 'rejected' && (outcome.status === undefined || verdicts.includes(outcome.status)));
      if (!isVerdict) return {...report(), stopped: {cause: outcome.cause, atMs: endedAtMs}};
      if (outcome.kind === 'rejected' && batch.length > 1) {
        limit = Math.ceil(batch.length / 2);
        continue;
      }
      if (outcome.kind === 'accepted') {
        taken += batch.length;
        unwritten += outcome.unwritten ?? 0;
        limit = Math.min(mostAtOnce, limit * 2);
      } else refusals.add(endedAtMs, outcome.cause);
      left = left.slice(batch.length);
      onProgress({taken, refused: refusals.count(), atMs: batch.at(-1)?.result.endedAtMs ?? endedAtMs});
    }
  }
  return report();
};

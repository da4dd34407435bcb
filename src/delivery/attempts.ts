import type {Journal} from '../journal/journal.ts';
import {sleep} from '../sleep.ts';
import {retryWaitMs} from './backoff.ts';
import type {QueueSettings} from './queue.ts';
import type {Outcome, Sink} from './sink.ts';

/** What became of an attempt, for logs and metrics. */
export interface Delivery {
  readonly destination: string;
  readonly outcome: Outcome;
  /** How many results the attempt carried. */
  readonly attempted: number;
  /** How many of them the destination is now done with: none where they are tried again, alone or in smaller batches. */
  readonly settled: number;
  /** How many results the destination has yet to take. */
  readonly lag: number;
  /** When the next attempt is made, where this one is made again. */
  readonly retryInMs?: number;
}

export interface AttemptSettings {
  readonly journal: Journal;
  readonly sink: Sink;
  readonly queue: QueueSettings;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly random: () => number;
  /** Uses the time until the next attempt. */
  readonly prepareAhead: () => Promise<void>;
  /** Ends the wait for the next attempt. */
  readonly signal: AbortSignal;
}

/** Where the attempts of one destination are noted, in the journal and to whoever listens. */
export interface Attempts {
  /** How many results the destination has yet to take. */
  lag(): number;
  /** Notes one that had a verdict, on `settled` of the `attempted` results. */
  settle(outcome: Outcome, attempted: number, settled: number): void;
  /** Notes one that failed, and waits for the time of the next. */
  holdOff(outcome: Extract<Outcome, {kind: 'retry'}>, attempted: number): Promise<void>;
  /** Notes that results up to this one may have been stored though their attempt had no verdict. */
  perhapsStored(resultId: number): void;
  /** Records a refused result, with the receiver's words. */
  reject(resultId: number, words: string): void;
}

export const createAttempts = (settings: AttemptSettings): Attempts => {
  const {journal, sink, queue, onDelivery, random, prepareAhead, signal} = settings;
  const destination = sink.name;
  let failures = 0;
  let failureNoted = true; // one of an earlier process may be
  let perhapsStoredId = 0;

  const lag = (): number => journal.lastId() - journal.cursor(destination);

  return {
    lag,
    settle: (outcome, attempted, settled) => {
      failures = 0;
      if (failureNoted) journal.noteFailure(destination, undefined);
      failureNoted = false;
      onDelivery({destination, outcome, attempted, settled, lag: lag()});
    },
    holdOff: async (outcome, attempted) => {
      failures += 1;
      const retryInMs = retryWaitMs(outcome, failures, queue, random);
      const atMs = Date.now();
      journal.noteFailure(destination, {cause: outcome.cause, atMs, nextTryMs: atMs + retryInMs});
      failureNoted = true;
      onDelivery({destination, outcome, attempted, settled: 0, lag: lag(), retryInMs});
      await prepareAhead();
      // A newer result does not hurry a receiver that failed.
      await sleep(Math.max(0, atMs + retryInMs - Date.now()), signal);
    },
    perhapsStored: (resultId) => {
      perhapsStoredId = resultId;
    },
    reject: (resultId, words) => {
      // A receiver that stored it and then failed refuses the second copy, as out of order or as a duplicate.
      const cause =
        resultId <= perhapsStoredId ? `${words} (an earlier attempt may have been stored)` : words;
      journal.reject(destination, {resultId, cause, atMs: Date.now()});
    },
  };
};

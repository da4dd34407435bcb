import type {JournalRow} from '../journal/journal.ts';

/** What became of one attempt to deliver. */
export type Outcome =
  /** `unwritten` is how many of the samples the receiver says that it left out all the same; absent where it is none. */
  | {readonly kind: 'accepted'; readonly unwritten?: number}
  /** `afterMs` is the wait that the receiver asked for, if it did. */
  | {readonly kind: 'retry'; readonly cause: string; readonly afterMs?: number}
  /** The receiver will never take it. `cause` is its own words, `status` that of its answer, if it was asked. */
  | {readonly kind: 'rejected'; readonly cause: string; readonly status?: number};

/** A batch of which nothing is left to do but to send it. */
export interface ReadyBatch {
  /** The size of its request. */
  readonly bytes: number;
  /** Makes one attempt, as `deliver` does; another one when called again. */
  send(signal: AbortSignal): Promise<Outcome>;
}

/** Where results go. `every`: all of them, in order. `latest`: only the newest, read again before each attempt. */
export interface Sink {
  /** Names the destination in the journal, logs and metrics; unique; holds no secret. */
  readonly name: string;
  readonly backlog: 'every' | 'latest';
  /** Makes one attempt, in the order of the rows. Never throws for what a receiver or a network can do; throws only when `signal` aborts. */
  deliver(batch: readonly JournalRow[], signal: AbortSignal): Promise<Outcome>;
  /**
   * Does all of a delivery's work that can be done before its turn. Only for sinks that take every result.
   * @param again gives the same batch, should it be wanted once more when it is sent.
   */
  prepare?(batch: readonly JournalRow[], again: () => readonly JournalRow[]): ReadyBatch;
  /**
   * Makes one attempt to send the series of these rows again with the time `atMs`: with their values, or with stale
   * markers that end them. Only for sinks that send timestamps. Throws only when `signal` aborts.
   */
  repeat?(
    rows: readonly JournalRow[],
    atMs: number,
    as: 'values' | 'stale',
    signal: AbortSignal,
  ): Promise<Outcome>;
  /** Asks the receiver, without delivering anything, whether it would take a delivery; for checks by people. */
  probe(signal: AbortSignal): Promise<Outcome>;
  /** The bytes of all requests' bodies so far, as they went over the wire. */
  sentBytes(): number;
  close(): Promise<void>;
}

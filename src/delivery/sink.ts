import type {JournalRow} from '../journal/row.ts';

/** What became of one attempt to deliver. */
export type Outcome =
  /** `unwritten` is how many of the samples the receiver says that it left out all the same; absent where it is none. */
  | {readonly kind: 'accepted'; readonly unwritten?: number}
  /** `afterMs` is the wait that the receiver asked for, if it did. */
  | {readonly kind: 'retry'; readonly cause: string; readonly afterMs?: number}
  /**
   * The receiver will never take it. `cause` is its own words, `status` that of its answer, if it was asked; `unwritten` is
   * how many of the samples it says that it left out, where that is not all of them.
   */
  | {
      readonly kind: 'rejected';
      readonly cause: string;
      readonly status?: number;
      readonly unwritten?: number;
    };

/** The series of a job that a receiver was sent samples of and that have not ended there. */
export interface LiveSeries {
  readonly job: string;
  /** The time of the last sample of any of them, Unix milliseconds. */
  readonly lastSampleMs: number;
  /** Each under a name of one line that tells its sink, at any later time, which labels it was sent with. */
  readonly series: readonly string[];
}

/** A batch of which nothing is left to do but to send it. */
export interface ReadyBatch {
  /** The size of its request. */
  readonly bytes: number;
  /** What is live once it has been taken, of the jobs that it has results of. */
  readonly live: readonly LiveSeries[];
  /** Makes one attempt, as `deliver` does; another one when called again, of what has had no verdict. */
  send(signal: AbortSignal): Promise<Outcome>;
  /** Whether some of it has had a verdict, and is not sent again. */
  isBegun(): boolean;
}

/** What a sink can do that sends timestamps, and so can end a series. Only for sinks that take every result. */
export interface Timeline {
  /**
   * Does all of a delivery's work that can be done before its turn. A series of `live` that a result of its job does not
   * have ends with that result.
   * @param live what is live when the batch's turn comes.
   * @param again gives the same batch, should it be wanted once more when it is sent.
   */
  prepare(
    batch: readonly JournalRow[],
    live: readonly LiveSeries[],
    again: () => readonly JournalRow[],
  ): ReadyBatch;
  /** The names of the series that a row has, each once. */
  seriesOf(row: JournalRow): readonly string[];
  /**
   * Makes one attempt to send the values of these rows again with the time `atMs`, and to end the series of these names at
   * that time. Throws only when `signal` aborts.
   */
  repeat(
    rows: readonly JournalRow[],
    ended: readonly string[],
    atMs: number,
    signal: AbortSignal,
  ): Promise<Outcome>;
}

/** Where results go. `every`: all of them, in order. `latest`: only the newest, read again before each attempt. */
export interface Sink {
  /** Names the destination in the journal, logs and metrics; unique; holds no secret. */
  readonly name: string;
  readonly backlog: 'every' | 'latest';
  /**
   * Makes one attempt, in the order of the rows. Never throws for what a receiver or a network can do; throws only when
   * `signal` aborts.
   */
  deliver(batch: readonly JournalRow[], signal: AbortSignal): Promise<Outcome>;
  readonly timeline?: Timeline;
  /** Asks the receiver, without delivering anything, whether it would take a delivery; for checks by people. */
  probe(signal: AbortSignal): Promise<Outcome>;
  /** The bytes of all requests' bodies so far, as they went over the wire. */
  sentBytes(): number;
  close(): Promise<void>;
}

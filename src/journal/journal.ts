import type {TestResult} from '../result.ts';
import type {History} from './history.ts';
import type {ImportJournal} from './import-journal.ts';
import type {JournalRow} from './row.ts';

/** A result that a destination refused for good, with the receiver's own words. */
export interface Rejection {
  readonly resultId: number;
  readonly cause: string;
  readonly atMs: number;
}

/** Where a new destination starts: `since` is the first result that ended at that time (Unix milliseconds) or later. */
export type StartPosition =
  | {readonly kind: 'end'}
  | {readonly kind: 'all'}
  | {readonly kind: 'since'; readonly ms: number};

/** How far a destination has come. */
export interface QueueStatus {
  readonly cursor: number;
  /** How many results are behind the cursor's place, waiting. */
  readonly lag: number;
  /** When the first of them ended, Unix milliseconds. */
  readonly waitingSinceMs?: number;
  /** How many rejected results are kept. */
  readonly rejected: number;
  /** How many of the once rejected are to be sent again. */
  readonly retrying: number;
  /** Why the last attempt failed, if it did. */
  readonly failure?: DeliveryFailure;
}

/** An attempt that failed and is made again. Times are Unix milliseconds. */
export interface DeliveryFailure {
  readonly cause: string;
  readonly atMs: number;
  readonly nextTryMs: number;
}

/** What a destination shows of a job at present. */
export interface LiveResult {
  readonly job: string;
  /** The newest result that it was sent. */
  readonly resultId: number;
  /** The time of the last sample that it was sent of any of the series, Unix milliseconds. */
  readonly lastSampleMs: number;
  /**
   * The series that it was sent and that have not ended, each under a name of one line that its sink gives it. Undefined
   * where an older version sent them.
   */
  readonly series: readonly string[] | undefined;
}

/**
 * The results on disk, which are also every destination's queue.
 * All calls are synchronous and durable: when they return, what they wrote has been synced to disk.
 */
export interface Journal extends History, ImportJournal {
  /** Commits a result and returns it with its number. */
  append(result: TestResult): JournalRow;
  /** The rows after `id` in order, at most `limit` of them. */
  after(id: number, limit: number): readonly JournalRow[];
  /** The row of that number, unless it has been pruned or never was. */
  result(id: number): JournalRow | undefined;
  /** The newest row of a job, or of all jobs when none is named. */
  newest(job?: string): JournalRow | undefined;
  /** The row of the same job that ended last before this one; of those that ended together, the one appended last. */
  previous(row: JournalRow): JournalRow | undefined;
  /** The newest row of a job's completed tests. */
  newestCompleted(job: string): JournalRow | undefined;
  /**
   * The bytes that the tests of a job, or of all, are known to have moved that ended at `sinceMs` (a full quarter of an
   * hour) or later. Results that were pruned count too; those of more than a month before the pruning may not.
   */
  movedSince(sinceMs: number, job?: string): number;
  /** The highest number given out so far; 0 in an empty journal. */
  lastId(): number;

  /** Puts the cursor of a destination that has none yet; leaves any other as it is. */
  startAt(destination: string, position: StartPosition): void;
  /** The destination's cursor: the last row it is done with. A destination seen for the first time starts at the end. */
  cursor(destination: string): number;
  /** Moves a cursor forward, and notes what the destination shows from then on, as `setLive` does, in one transaction. */
  advance(destination: string, id: number, live?: readonly LiveResult[]): void;
  /** Notes why the last attempt failed, or that it did not. */
  noteFailure(destination: string, failure: DeliveryFailure | undefined): void;
  /** Undefined for a destination that has no cursor yet. */
  status(destination: string): QueueStatus | undefined;

  /** Records a refused result and moves the cursor past it, in one transaction. */
  reject(destination: string, rejection: Rejection): void;
  /** The rejected results, except those that are to be sent again, in the journal's order. */
  rejections(destination: string): readonly Rejection[];
  /** The newest of them by number, at most `limit`, newest first. */
  newestRejections(destination: string, limit: number): readonly Rejection[];
  /** Marks one rejected result, or all of them, to be sent again. Returns how many. */
  retryRejected(destination: string, resultId?: number): number;
  /** The results marked to be sent again, in order, at most `limit` of them. Each ends by `taken` or another `reject`. */
  retries(destination: string, limit: number): readonly JournalRow[];
  /** Forgets a rejection: the destination has taken the result after all. */
  taken(destination: string, resultId: number): void;

  /** Notes what a destination shows of these jobs, in place of what it showed before; nothing where there are no series. */
  setLive(destination: string, live: readonly LiveResult[]): void;
  /** What a destination shows at present, by the jobs' names. */
  live(destination: string): readonly LiveResult[];

  /**
   * Deletes the results that ended before `beforeMs` and that each of `destinations` is done with: those that one of
   * them shows at present or is to be sent again stay. Returns how many were deleted.
   */
  prune(beforeMs: number, destinations: readonly string[]): number;
  /** A number that changes when another process has changed the journal, and only then. */
  foreignChanges(): number;
  /** A number that changes when results have got other numbers: those of rows that were read before no longer count. */
  numbering(): number;
  close(): void;
}

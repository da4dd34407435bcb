import type {TestResult} from '../result.ts';
import type {Clock} from './clock.ts';

/** What a record of another program is here. */
export type Imported =
  | {
      readonly kind: 'result';
      readonly result: TestResult;
      /** The same for the same record wherever it is read, and of no other one. */
      readonly key: string;
      /** What makes its time doubtful, in one line. */
      readonly doubt?: string;
    }
  /** A test that was not over when it was written down. */
  | {readonly kind: 'unfinished'}
  /** No result, and why. */
  | {readonly kind: 'wrong'; readonly problem: string};

/** What a record is read with, beside itself. */
export interface Reading {
  /** The job that the results are of. */
  readonly job: string;
  /** For the times that are written in it. */
  readonly clock: Clock;
}

export interface SourceRow {
  /** Where it is in the source, for people: `line 5`. */
  readonly place: string;
  readonly imported: Imported;
}

export interface Batch {
  readonly rows: readonly SourceRow[];
  /** How much of the source has been read by its end, 0 to 1; undefined where that is not known. */
  readonly fraction: number | undefined;
}

/** Something to import from, read from its start to its end. */
export interface Source {
  /** What several of its rows are called. */
  readonly rowsName: 'lines' | 'results' | 'entries';
  /** Throws a `SourceError`, or the reason of an aborted signal. */
  batches(signal: AbortSignal): AsyncIterable<Batch>;
}

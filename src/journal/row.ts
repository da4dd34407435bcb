import type {TestResult} from '../result.ts';

/** A result with its place in the journal. */
export interface JournalRow {
  /** Counts up from 1 in the order of appending; never used twice. */
  readonly id: number;
  readonly result: TestResult;
  /** When the job's newest completed test up to and including this one ended, Unix milliseconds. */
  readonly lastSuccessMs?: number;
}

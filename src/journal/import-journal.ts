import type {TestResult} from '../result.ts';
import type {JournalRow} from './row.ts';

/** A result that another program recorded, and what tells it from all others. */
export interface KeyedResult {
  readonly result: TestResult;
  readonly key: string;
}

/** The part of a journal that takes what other programs recorded. */
export interface ImportJournal {
  /**
   * Appends a result that another program recorded, once for each `key`, also after the result was pruned.
   * Undefined when the key was there already.
   */
  importResult(result: TestResult, key: string): JournalRow | undefined;
  /**
   * As `importResult` for each, in one transaction, which holds up other processes for so long. Returns those that were
   * new.
   */
  importResults(results: readonly KeyedResult[]): readonly TestResult[];
  /** Whether a result was imported under that key. */
  wasImported(key: string): boolean;
}

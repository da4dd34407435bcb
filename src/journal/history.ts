import type {TestResult} from '../result.ts';
import type {JournalRow} from './row.ts';

/** The measured values that are summed up over time, in the units that the names say. */
export const valueNames = [
  'downloadBytesPerSecond',
  'uploadBytesPerSecond',
  'pingMs',
  'jitterMs',
  'downloadLatencyMs',
  'uploadLatencyMs',
  'packetLossPercent',
] as const;
export type ValueName = (typeof valueNames)[number];

export interface Summary {
  /** At least 1. */
  readonly count: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The tests of a job, or of all, that ended in a range: from `fromMs` to before `toMs`, Unix milliseconds. */
export interface TimeRange {
  readonly job?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PageQuery extends TimeRange {
  readonly status?: TestResult['status'];
  /** The last result of the page before. */
  readonly beforeId?: number;
  readonly limit: number;
}

/** A result's place in the order of time. */
export interface Place {
  readonly endedAtMs: number;
  readonly id: number;
}

export interface StepQuery extends TimeRange {
  /** Length of a step; the first one begins at `fromMs`. */
  readonly stepMs: number;
  /**
   * Whether the results themselves are read, which takes time for each, rather than the sums that are kept of each hour.
   * Without, an hour counts as a whole where it begins in the range, and in the step in which it begins.
   */
  readonly exact: boolean;
}

/** The tests of one job that ended in one step of time. */
export interface Step {
  readonly job: string;
  readonly startMs: number;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Completed tests that missed a threshold. */
  readonly unhealthy: number;
  /** Absent members were not measured. */
  readonly values: Readonly<Partial<Record<ValueName, Summary>>>;
}

/** What the journal tells of the past. */
export interface History {
  /** The newest rows first. Of those that ended at the same time, the one appended last counts as the newer one. */
  page(query: PageQuery): readonly JournalRow[];
  /** The oldest rows first: those behind a place, or from the range's start, at most `limit` of them. */
  following(range: TimeRange, after: Place | undefined, limit: number): readonly JournalRow[];
  /** The steps in which tests ended, by job and time. */
  steps(query: StepQuery): readonly Step[];
}

import type {Progress} from '../../engine/engine.ts';
import type {Summary, ValueName} from '../../journal/history.ts';
import type {DeliveryFailure, Rejection} from '../../journal/journal.ts';
import type {EngineFailure, TestResult} from '../../result.ts';

/** A result as the API gives it: as `test --json` prints it, with its number in the journal. */
export type StoredResult = TestResult & {readonly id: number};

/** `GET /api/v1/results`: newest first. */
export interface ResultPage {
  readonly results: readonly StoredResult[];
  /** What to give as `before` for the next page; absent on the last one. */
  readonly next?: number;
}

/** A job's limits, in the units that the names say; absent where it has none. */
export interface Thresholds {
  readonly downloadBytesPerSecond?: number;
  readonly uploadBytesPerSecond?: number;
  readonly pingMs?: number;
  readonly packetLossPercent?: number;
}

export interface JobStatus {
  readonly name: string;
  /** As in the configuration. */
  readonly schedule: string;
  readonly timezone: string;
  readonly engines: readonly string[];
  readonly thresholds?: Thresholds;
  /** Unix milliseconds, before jitter; absent when the schedule has no more. */
  readonly nextRunAtMs?: number;
  readonly running: boolean;
  readonly newest?: StoredResult;
  readonly newestCompleted?: StoredResult;
}

/** `GET /api/v1/jobs`. */
export interface JobList {
  readonly jobs: readonly JobStatus[];
  /** Whether `POST /api/v1/tests` is allowed here. */
  readonly startAllowed: boolean;
  /** Path of the endpoint that Prometheus scrapes. */
  readonly metricsPath: string;
}

/** Summary of the values in one step of time; null where a step has none. */
export interface SeriesValues {
  readonly mean: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** What can be drawn over time, in the units that the names say. */
export type SeriesName = ValueName;

export interface JobSeries {
  readonly job: string;
  /** Start of each step in which a test ended, Unix milliseconds, going up. All other arrays are as long. */
  readonly startsAtMs: readonly number[];
  readonly values: Readonly<Record<SeriesName, SeriesValues>>;
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  readonly skipped: readonly number[];
}

/** `GET /api/v1/series`: a range thinned to at most as many steps as asked for. */
export interface SeriesDocument {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly jobs: readonly JobSeries[];
}

export interface JobStatistics {
  readonly job: string;
  readonly completed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Completed tests that missed a threshold. */
  readonly unhealthy: number;
  /** Absent members were not measured in the range. */
  readonly values: Readonly<Partial<Record<SeriesName, Summary>>>;
}

/** `GET /api/v1/statistics`. */
export interface StatisticsDocument {
  readonly fromMs: number;
  readonly toMs: number;
  readonly jobs: readonly JobStatistics[];
}

export interface DestinationStatus {
  readonly name: string;
  readonly kind: 'remote-write' | 'pushgateway';
  /** How many results wait. */
  readonly lag: number;
  readonly waitingSinceMs?: number;
  readonly lastSuccessMs?: number;
  /** The last attempt, where it failed. */
  readonly failure?: DeliveryFailure;
  readonly rejected: number;
  readonly retrying: number;
  /** The newest of the rejected, at most ten. */
  readonly rejections: readonly Rejection[];
}

/** `GET /api/v1/destinations`. */
export interface DestinationList {
  readonly destinations: readonly DestinationStatus[];
}

/** One server-sent event of `GET /api/v1/progress`; its `event:` line repeats the kind, its `data:` line is this. */
export type ProgressEvent =
  /** First on each connection, followed by `started` where a test is running; also where a result could not be kept. */
  | {readonly kind: 'idle'}
  | {readonly kind: 'started'; readonly job: string; readonly atMs: number}
  | {readonly kind: 'progress'; readonly job: string; readonly progress: Progress}
  | {readonly kind: 'fell-back'; readonly job: string; readonly from: EngineFailure}
  | {readonly kind: 'ended'; readonly result: StoredResult};

/** `POST /api/v1/tests`. */
export interface StartedTest {
  readonly job: string;
}

/** Every answer that is no success. */
export interface Problem {
  readonly error: string;
}

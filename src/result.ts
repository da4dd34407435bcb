/** Latency while the line is loaded in one direction. All in milliseconds. */
export interface LoadedLatency {
  /** Interquartile mean: the mean of the middle half of the sorted round trips. */
  readonly iqmMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly jitterMs: number;
}

/** One direction's measurement. Absent members were not measured; they are never 0 in place of unknown. */
export interface Transfer {
  readonly bytesPerSecond: number;
  /** Bytes moved during the test, warm-up included. */
  readonly bytes?: number;
  readonly elapsedMs?: number;
  readonly latency?: LoadedLatency;
  /** Responsiveness while the line is loaded, in round trips per minute. */
  readonly responsivenessRpm?: number;
}

/** Round trips on an otherwise idle line. All in milliseconds. */
export interface IdleLatency {
  readonly latencyMs: number;
  readonly jitterMs?: number;
  readonly lowMs?: number;
  readonly highMs?: number;
}

export interface TestServer {
  readonly id?: string;
  readonly name?: string;
  readonly host?: string;
  readonly country?: string;
  readonly location?: string;
}

export interface EngineIdentity {
  readonly name: string;
  readonly version?: string;
}

/** What an engine measured, in the units that the names say. */
export interface Measurement {
  readonly engine: EngineIdentity;
  readonly server: TestServer;
  readonly isp?: string;
  readonly ping?: IdleLatency;
  readonly download?: Transfer;
  readonly upload?: Transfer;
  /** 0 to 100; present only where loss was measured. */
  readonly packetLossPercent?: number;
}

/** Every way in which a test is known to fail. The class is what alerts and labels use; the reason is for people. */
export const failureClasses = [
  'not-installed',
  'licence-not-accepted',
  'no-server',
  'refused',
  'rate-limited',
  'timeout',
  'killed',
  'bad-output',
  'no-network',
  'dns',
  'tls',
  'connection',
  'interrupted',
  'internal',
] as const;
export type FailureClass = (typeof failureClasses)[number];

export interface Failure {
  readonly class: FailureClass;
  readonly reason: string;
}

export const skipClasses = ['overlap', 'missed', 'budget'] as const;
export type SkipClass = (typeof skipClasses)[number];

export interface Skip {
  readonly class: SkipClass;
  readonly reason: string;
  /** How many runs this result stands for; 1 when absent. */
  readonly runs?: number;
}

interface TestBase {
  /** Name of the job that asked for the test. */
  readonly job: string;
  /** True when the schedule started it, false when a person did. */
  readonly scheduled: boolean;
  /** Unix time in milliseconds. */
  readonly startedAtMs: number;
  /** Unix time in milliseconds: the time of the result's samples wherever a timestamp is sent. */
  readonly endedAtMs: number;
  /** Taken over from another program's records: destinations get it by a backfill alone. */
  readonly history?: true;
}

export interface CompletedTest extends TestBase {
  readonly status: 'completed';
  readonly measurement: Measurement;
  /** Whether the job's thresholds were met; absent when it has none. */
  readonly healthy?: boolean;
  /** What failed before it worked, in order: engines, or servers of one, with what each said. */
  readonly fellBackFrom?: readonly EngineFailure[];
}

export interface FailedTest extends TestBase {
  readonly status: 'failed';
  readonly failure: Failure;
  /** Every engine and server tried or passed over, in order; the last one's failure is `failure`. */
  readonly attempts: readonly EngineFailure[];
}

export interface SkippedTest extends TestBase {
  readonly status: 'skipped';
  readonly skip: Skip;
}

/** A time for which an engine is left alone after it was rate limited. Unix milliseconds, and milliseconds. */
export interface CoolDown {
  readonly untilMs: number;
  readonly lengthMs: number;
}

export interface EngineFailure extends Failure {
  readonly engine: string;
  /** The server that failed, where the engine went on to try another one. */
  readonly server?: string;
  /** Bytes that were seen to move before it failed. */
  readonly bytes?: number;
  /** The engine's last cool-down where it has not worked since: begun by this failure, heeded here, or over by now. */
  readonly coolDown?: CoolDown;
}

/** One speed test's outcome, told apart by `status`. */
export type TestResult = CompletedTest | FailedTest | SkippedTest;

/** What a test measured; nothing of it where it did not complete. */
export const measuredIn = (result: TestResult): Partial<Measurement> =>
  result.status === 'completed' ? result.measurement : {};

/** Why a test measured nothing; undefined where it did. */
export const troubleOf = (result: TestResult): Failure | Skip | undefined => {
  switch (result.status) {
    case 'completed':
      return undefined;
    case 'failed':
      return result.failure;
    case 'skipped':
      return result.skip;
    default:
      return result satisfies never;
  }
};

/** The engine that measured, or the last one that tried. */
export const engineOf = (result: TestResult): EngineIdentity | undefined => {
  if (result.status === 'completed') return result.measurement.engine;
  const last = result.status === 'failed' ? result.attempts.at(-1) : undefined;
  return last && {name: last.engine};
};

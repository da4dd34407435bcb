import type {JobNetwork, Progress} from '../engine/engine.ts';
import {createEngines, type EngineName, type EngineSettings} from '../engine/engines.ts';
import {runTest, type TestPlan} from '../engine/run-test.ts';
import type {Journal} from '../journal/journal.ts';
import type {CompletedTest, FailedTest, TestResult} from '../result.ts';
import {lastCoolDown} from './last-cool-down.ts';

/** What of a job says how its test is run. */
export interface TestedJob {
  readonly name: string;
  readonly engines: readonly EngineName[];
  readonly network: JobNetwork;
  /** Bound on each engine's attempt, in milliseconds. */
  readonly timeoutMs: number;
}

/** What holds for the tests of all jobs. */
export interface TestSettings {
  readonly engines: EngineSettings;
  /** The program's, which its own engines go by. */
  readonly version: string;
}

const planOf = (job: TestedJob, {engines, version}: TestSettings): Omit<TestPlan, 'scheduled'> => ({
  job: job.name,
  engines: createEngines(job.engines, engines, job.network, version),
  timeoutMs: job.timeoutMs,
});

// A journal that can't be read at present must not hold up the tests; it says so itself.
const whereReadable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Runs a job's test because its time has come: engines in their cool-down are passed over. */
export const testOnSchedule = async (
  job: TestedJob,
  settings: TestSettings,
  journal: Journal,
  signal: AbortSignal,
): Promise<TestResult> => {
  const plan: TestPlan = {
    ...planOf(job, settings),
    scheduled: true,
    lastCoolDown: (engine) => whereReadable(() => lastCoolDown(journal, job.name, engine, Date.now())),
  };
  return runTest(plan, () => undefined, signal);
};

/** Runs a job's test because a person asks for it now, who may insist: no cool-down is heeded. */
export const testNow = async (
  job: TestedJob,
  settings: TestSettings,
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<CompletedTest | FailedTest> =>
  runTest({...planOf(job, settings), scheduled: false}, onProgress, signal);

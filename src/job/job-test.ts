import type {JobNetwork, Progress} from '../engine/engine.ts';
import {createEngines, type EngineName, type EngineSettings} from '../engine/engines.ts';
import {runTest, type TestPlan} from '../engine/run-test.ts';
import type {Journal} from '../journal/journal.ts';
import {whereReadable} from '../journal/where-readable.ts';
import type {CompletedTest, EngineFailure, FailedTest, TestResult} from '../result.ts';
import {type BudgetedJob, overBudget} from './budget.ts';
import {isHealthy, type Thresholds} from './health.ts';
import {lastCoolDown} from './last-cool-down.ts';

/** What of a job says how its test is run. */
export interface TestedJob extends BudgetedJob {
  readonly engines: readonly EngineName[];
  readonly network: JobNetwork;
  /** Bound on each engine's attempt, in milliseconds. */
  readonly timeoutMs: number;
  readonly thresholds: Thresholds;
}

/** What holds for the tests of all jobs. */
export interface TestSettings {
  readonly engines: EngineSettings;
  /** What the tests of all jobs together may move in a month. */
  readonly totalBudgetBytes?: number;
  /** The program's, which its own engines go by. */
  readonly version: string;
  /** Told what an engine does not measure though it was asked to: one line, the same one each time. */
  readonly onWarning?: (message: string) => void;
}

/** Told how a test goes while it runs. */
export interface TestWatch {
  readonly onProgress: (event: Progress) => void;
  /** An engine or a server failed, and another one is at work in its place. */
  readonly onFellBack?: (from: EngineFailure) => void;
}

type Conditions = Pick<TestPlan, 'scheduled' | 'lastCoolDown'>;

const test = async (
  job: TestedJob,
  {engines, version, onWarning}: TestSettings,
  conditions: Conditions,
  {onProgress, onFellBack}: TestWatch,
  signal: AbortSignal,
): Promise<CompletedTest | FailedTest> => {
  const plan: TestPlan = {
    ...conditions,
    ...(onFellBack !== undefined && {onFellBack}),
    job: job.name,
    engines: createEngines(job.engines, engines, job.network, version),
    timeoutMs: job.timeoutMs,
    ...(onWarning && {onWarning}),
  };
  const result = await runTest(plan, onProgress, signal);
  if (result.status === 'failed') return result;
  const healthy = isHealthy(result.measurement, job.thresholds);
  return {...result, ...(healthy !== undefined && {healthy})};
};

/**
 * Runs a job's test because its time has come. Engines in their cool-down are passed over, and the test is skipped where
 * it would exceed a budget.
 */
export const testOnSchedule = async (
  job: TestedJob,
  settings: TestSettings,
  journal: Journal,
  watch: TestWatch,
  signal: AbortSignal,
): Promise<TestResult> => {
  const startedAtMs = Date.now();
  const skip = whereReadable(() => overBudget(journal, job, settings.totalBudgetBytes, startedAtMs));
  if (skip !== undefined) {
    return {status: 'skipped', job: job.name, scheduled: true, startedAtMs, endedAtMs: startedAtMs, skip};
  }
  const conditions: Conditions = {
    scheduled: true,
    lastCoolDown: (engine) => whereReadable(() => lastCoolDown(journal, job.name, engine, Date.now())),
  };
  return test(job, settings, conditions, watch, signal);
};

/** Runs a job's test because a person asks for it now, who may insist: no cool-down and no budget is heeded. */
export const testNow = (
  job: TestedJob,
  settings: TestSettings,
  watch: TestWatch,
  signal: AbortSignal,
): Promise<CompletedTest | FailedTest> => test(job, settings, {scheduled: false}, watch, signal);

import type {Config} from '../config/schema.ts';
import type {Gate} from '../delivery/gate.ts';
import {type TestedJob, testNow, testOnSchedule} from '../job/job-test.ts';
import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import type {TestResult} from '../result.ts';
import type {ProgressHub} from '../server/api/progress-hub.ts';
import type {Log} from '../telemetry/log.ts';

export interface TestingSettings {
  /** The configuration at present. */
  readonly config: () => Pick<Config, 'engines' | 'data_budget'>;
  readonly journal: Journal;
  /** Closed while a test runs, so that deliveries do not disturb it. */
  readonly gate: Gate;
  /** Told how each test goes. */
  readonly hub: ProgressHub;
  /** Gives the result's row, unless it could not be kept. */
  readonly record: (result: TestResult) => JournalRow | undefined;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly version: string;
}

/** Builds what runs a job's test, as its schedule or a person wants it, and records the result. It never rejects. */
export const createTesting = ({config, journal, gate, hub, record, log, version}: TestingSettings) => {
  const warned = new Set<string>();
  const onWarning = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    log.warn(message);
  };

  return async (job: TestedJob, signal: AbortSignal, scheduled: boolean): Promise<void> => {
    const {engines, data_budget: budget} = config();
    const totalBudget = budget === undefined ? {} : {totalBudgetBytes: budget.bytes};
    const settings = {engines, version, onWarning, ...totalBudget};
    const reopen = gate.close();
    const watch = hub.started(job.name);
    let row: JournalRow | undefined;
    try {
      row = record(
        scheduled
          ? await testOnSchedule(job, settings, journal, watch, signal)
          : await testNow(job, settings, watch, signal),
      );
    } catch (error) {
      log.error(`the test of job ${job.name} could not be run: ${String(error)}`);
    } finally {
      reopen();
      watch.ended(row);
    }
  };
};

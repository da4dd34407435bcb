import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import type {TestResult} from '../result.ts';
import type {Log} from '../telemetry/log.ts';
import type {OwnMetrics} from '../telemetry/own-metrics.ts';
import {logResult} from '../telemetry/result-log.ts';

export interface RecordingSettings {
  readonly journal: Pick<Journal, 'append'>;
  readonly log: Log;
  readonly metrics: Pick<OwnMetrics, 'testEnded' | 'runsSkipped'>;
  /** Told when a result is in the journal. */
  readonly onRecorded: () => void;
}

/**
 * Builds what is done with a result: it is counted and logged, and committed to the journal before anyone is told of it.
 * It gives the result's row, unless it could not be kept.
 */
export const createRecording =
  ({
    journal,
    log,
    metrics,
    onRecorded,
  }: RecordingSettings): ((result: TestResult) => JournalRow | undefined) =>
  (result) => {
    const {job, status} = result;
    metrics.testEnded(job, status);
    if (status === 'skipped') metrics.runsSkipped(job, result.skip.class, result.skip.runs ?? 1);
    logResult(log, result);
    try {
      const row = journal.append(result);
      onRecorded();
      return row;
    } catch (error) {
      log.error(`the result of job ${job} could not be written to the journal and is lost: ${String(error)}`);
      return undefined;
    }
  };

import type {JobConfig} from './config/schema.ts';
import type {Journal} from './journal/journal.ts';
import type {JobStatus, Thresholds} from './server/api/shapes.ts';
import {storedResult} from './server/api/stored-result.ts';

/** Undefined where the schedule has no more runs. */
const nextRunAtMs = ({schedule}: JobConfig, nowMs: number): number | undefined => {
  try {
    return schedule.next(nowMs);
  } catch {
    return undefined;
  }
};

const thresholdsOf = ({thresholds: {latencyMs, ...rest}}: JobConfig): Thresholds => ({
  ...rest,
  ...(latencyMs !== undefined && {pingMs: latencyMs}),
});

/** What the API tells of a job. `running` is the job whose test is under way. */
export const jobStatus = (
  job: JobConfig,
  journal: Pick<Journal, 'newest' | 'newestCompleted'>,
  running: string | undefined,
  nowMs: number,
): JobStatus => {
  const thresholds = thresholdsOf(job);
  const next = nextRunAtMs(job, nowMs);
  const newest = journal.newest(job.name);
  const newestCompleted = journal.newestCompleted(job.name);
  return {
    name: job.name,
    schedule: job.schedule.expression,
    timezone: job.schedule.timeZone,
    engines: job.engines,
    ...(Object.keys(thresholds).length > 0 && {thresholds}),
    ...(next !== undefined && {nextRunAtMs: next}),
    running: running === job.name,
    ...(newest && {newest: storedResult(newest)}),
    ...(newestCompleted && {newestCompleted: storedResult(newestCompleted)}),
  };
};

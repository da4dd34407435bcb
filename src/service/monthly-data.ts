import type {Config} from '../config/schema.ts';
import {useOfAll, useOfJob} from '../job/budget.ts';
import type {Journal} from '../journal/journal.ts';
import type {OwnMetricsSettings} from '../telemetry/own-metrics.ts';

/** What the tests of each job, and of all together, have moved since the month began. */
export const monthlyDataOf = (
  {jobs, data_budget: budget}: Config,
  journal: Pick<Journal, 'movedSince'>,
  nowMs: number,
): ReturnType<OwnMetricsSettings['monthlyData']> => ({
  jobs: jobs.map((job) => ({...useOfJob(journal, job, nowMs), job: job.name})),
  total: useOfAll(journal, budget?.bytes, nowMs),
});

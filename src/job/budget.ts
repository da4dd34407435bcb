import type {Journal} from '../journal/journal.ts';
import {bytesMoved} from '../journal/usage.ts';
import type {Skip} from '../result.ts';
import {instantOf, systemTimeZone, type WallTime, wallTimeAt} from '../scheduler/zone.ts';
import {formatSize} from '../size.ts';

/** What of a job says how much data its tests may move. */
export interface BudgetedJob {
  readonly name: string;
  /** Its time zone is the one in which the job's months begin. */
  readonly schedule: {readonly timeZone: string};
  /** What its tests may move in a month. */
  readonly dataBudgetBytes?: number;
}

/** How much the tests of a job, or of all where none is named, have moved since the month began. */
export interface DataUse {
  readonly job?: string;
  readonly usedBytes: number;
  readonly budgetBytes?: number;
  /** The day on which the next month begins. */
  readonly renewal: {readonly date: string; readonly timeZone: string};
}

const monthStart = ({year, month}: WallTime): WallTime => ({
  year,
  month,
  day: 1,
  hour: 0,
  minute: 0,
  second: 0,
});

const useOf = (
  journal: Pick<Journal, 'movedSince'>,
  timeZone: string,
  nowMs: number,
  job?: string,
): Omit<DataUse, 'budgetBytes'> => {
  const now = wallTimeAt(nowMs, timeZone);
  const next = now.month === 12 ? {year: now.year + 1, month: 1} : {year: now.year, month: now.month + 1};
  const date = `${next.year}-${String(next.month).padStart(2, '0')}-01`;
  return {
    ...(job !== undefined && {job}),
    usedBytes: journal.movedSince(instantOf(monthStart(now), timeZone), job),
    renewal: {date, timeZone},
  };
};

/** What a job has used of its month, whether it has a budget or not. */
export const useOfJob = (
  journal: Pick<Journal, 'movedSince'>,
  {name, schedule, dataBudgetBytes}: BudgetedJob,
  nowMs: number,
): DataUse => ({
  ...useOf(journal, schedule.timeZone, nowMs, name),
  ...(dataBudgetBytes !== undefined && {budgetBytes: dataBudgetBytes}),
});

/** What all jobs have used of the month, which begins in the system's time zone. */
export const useOfAll = (
  journal: Pick<Journal, 'movedSince'>,
  budgetBytes: number | undefined,
  nowMs: number,
): DataUse => ({
  ...useOf(journal, systemTimeZone(), nowMs),
  ...(budgetBytes !== undefined && {budgetBytes}),
});

/** How much of a budget is used, for people, in one line. */
export const budgetText = ({job, usedBytes, budgetBytes = 0, renewal}: DataUse): string => {
  const whose = job === undefined ? 'all jobs' : `job ${job}`;
  const used = `${formatSize(usedBytes)} of ${formatSize(budgetBytes)} used`;
  return `data budget of ${whose}: ${used}, it begins anew on ${renewal.date} (${renewal.timeZone})`;
};

/**
 * Why a job's test would exceed its budget, or that of all, if it moved as much as the job's last completed one;
 * undefined where it would not.
 */
export const overBudget = (
  journal: Pick<Journal, 'movedSince' | 'newestCompleted'>,
  job: BudgetedJob,
  totalBudgetBytes: number | undefined,
  nowMs: number,
): Skip | undefined => {
  const uses = [
    ...(job.dataBudgetBytes === undefined ? [] : [useOfJob(journal, job, nowMs)]),
    ...(totalBudgetBytes === undefined ? [] : [useOfAll(journal, totalBudgetBytes, nowMs)]),
  ];
  if (uses.length === 0) return undefined;
  const last = journal.newestCompleted(job.name);
  const expectedBytes = last === undefined ? 0 : bytesMoved(last.result);
  for (const use of uses) {
    const {usedBytes, budgetBytes = 0} = use;
    if (usedBytes + expectedBytes <= budgetBytes && usedBytes < budgetBytes) continue;
    const estimate = expectedBytes > 0 ? `; the job's last test moved ${formatSize(expectedBytes)}` : '';
    return {class: 'budget', reason: `${budgetText(use)}${estimate}`};
  }
  return undefined;
};

import {describe, expect, it} from 'vitest';
import {overBudget, useOfJob} from '../../../src/job/budget.ts';
import {completed, failed, fullMeasurement} from '../../fixtures/results.ts';
import {open} from '../journal/open.ts';

const gigabyte = 1e9;

/** A test that moved so many bytes. */
const moved = (bytes: number, endedAt: string, job = 'wan') => {
  const {download: _, upload, ...rest} = fullMeasurement;
  const measurement = {...rest, upload: {bytesPerSecond: upload?.bytesPerSecond ?? 0, bytes}};
  return completed({job, measurement, endedAtMs: Date.parse(endedAt)});
};

const jobOf = (dataBudgetBytes?: number, timeZone = 'Europe/Berlin', name = 'wan') => ({
  name,
  schedule: {timeZone},
  ...(dataBudgetBytes !== undefined && {dataBudgetBytes}),
});

const journalWith = (...results: Parameters<ReturnType<typeof open>['append']>[0][]) => {
  const journal = open();
  for (const result of results) journal.append(result);
  return journal;
};

describe('the month of a budget', () => {
  // New York's June begins six hours after Berlin's.
  const results = [
    moved(1, '2026-05-31T21:59:59Z'),
    moved(10, '2026-05-31T22:00:00Z'),
    moved(100, '2026-06-01T03:59:59Z'),
    moved(1000, '2026-06-01T04:00:00Z'),
    moved(10_000, '2026-06-02T00:00:00Z', 'lan'),
  ];

  it.each([
    ['Europe/Berlin', '2026-06-15T00:00:00Z', 1110, '2026-07-01'],
    ['Europe/Berlin', '2026-05-31T22:00:00Z', 1110, '2026-07-01'],
    ['Europe/Berlin', '2026-05-31T21:59:59Z', 1111, '2026-06-01'],
    ['America/New_York', '2026-06-15T00:00:00Z', 1000, '2026-07-01'],
    ['America/New_York', '2026-12-31T23:00:00Z', 0, '2027-01-01'],
    ['Australia/Lord_Howe', '2026-06-30T13:29:59Z', 1111, '2026-07-01'],
    ['Australia/Lord_Howe', '2026-06-30T13:30:00Z', 0, '2026-08-01'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z', 1111, '2026-07-01'],
  ])('in %s at %s', (timeZone, now, usedBytes, date) => {
    // What has not happened yet at that time counts as well: the journal only has what has.
    const journal = journalWith(...results);
    expect(useOfJob(journal, jobOf(undefined, timeZone), Date.parse(now))).toEqual({
      job: 'wan',
      usedBytes,
      renewal: {date, timeZone},
    });
  });
});

describe('a run', () => {
  const nowMs = Date.parse('2026-06-15T00:00:00Z');
  const used = () =>
    journalWith(moved(48 * gigabyte, '2026-06-10T00:00:00Z'), moved(gigabyte, '2026-06-11T00:00:00Z'));

  it.each([
    ['without a budget', undefined, undefined],
    ['within its budget to the last byte', 50 * gigabyte, undefined],
    ['within both budgets', 50 * gigabyte, 50 * gigabyte],
  ])('%s takes place', (_what, budget, total) => {
    expect(overBudget(used(), jobOf(budget), total, nowMs)).toBeUndefined();
  });

  it('that would exceed its budget does not take place, and says how much is used and until when', () => {
    expect(overBudget(used(), jobOf(50 * gigabyte - 1), undefined, nowMs)).toEqual({
      class: 'budget',
      reason:
        'data budget of job wan: 49 GB of 50 GB used, it begins anew on 2026-07-01 (Europe/Berlin); ' +
        "the job's last test moved 1 GB",
    });
  });

  it('that would exceed the budget of all does not take place, whichever job it is of', () => {
    const lan = jobOf(undefined, 'UTC', 'lan');
    expect(overBudget(used(), lan, 50 * gigabyte, nowMs)).toBeUndefined();
    expect(overBudget(used(), lan, 49 * gigabyte, nowMs)?.reason).toMatch(
      /^data budget of all jobs: 49 GB of 49 GB used, it begins anew on 2026-07-01 \(.+\)$/,
    );
  });

  it('takes place again in the next month', () => {
    const budget = jobOf(20 * gigabyte);
    expect(overBudget(used(), budget, undefined, Date.parse('2026-06-30T21:59:59Z'))?.class).toBe('budget');
    expect(overBudget(used(), budget, undefined, Date.parse('2026-06-30T22:00:00Z'))).toBeUndefined();
  });

  it('is expected to move what the last completed test moved, whatever failed since', () => {
    const journal = journalWith(
      moved(2 * gigabyte, '2026-06-10T00:00:00Z'),
      failed({endedAtMs: Date.parse('2026-06-11T00:00:00Z')}),
    );
    expect(overBudget(journal, jobOf(3 * gigabyte), undefined, nowMs)?.class).toBe('budget');
  });
});

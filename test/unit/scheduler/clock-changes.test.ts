import {afterEach, describe, expect, it, vi} from 'vitest';
import {createSchedule} from '../../../src/scheduler/schedule.ts';
import {createScheduler} from '../../../src/scheduler/scheduler.ts';
import {sleep} from '../../../src/sleep.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const testMs = 20_000;
const jitterMs = 5 * minuteMs;

/** Where and when clocks change in 2026, and by how much. */
const changes = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 60],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', -60],
  ['America/New_York', '2026-03-08T07:00:00Z', 60],
  ['America/New_York', '2026-11-01T06:00:00Z', -60],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 30],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', -30],
] as const;

const fixedHours = ['30 1 * * *', '45 1 * * *', '15 2 * * *', '30 2 * * *'];
const hourly = ['7 * * * *', '45 * * * *'];
const quarterHourly = '*/15 * * * *';
const jittered = '5 * * * *';

afterEach(() => {
  vi.useRealTimers();
});

/** When each job's tests began, by its expression, in a day and a half that hold the nights before and of the change. */
const runsAround = async (timeZone: string, change: string) => {
  const fromMs = Date.parse(change) - 26 * hourMs - 17_000;
  vi.useFakeTimers({now: fromMs});
  const begun = new Map<string, number[]>();
  const skips: string[] = [];
  let testing = 0;
  const jobs = [...fixedHours, ...hourly, quarterHourly, jittered].map((name) => ({
    name,
    schedule: createSchedule(name, timeZone),
    jitterMs: name === jittered ? jitterMs : 0,
    runAtStart: false,
  }));
  const {update, stop} = createScheduler({
    run: async (job, signal) => {
      testing += 1;
      expect(testing).toBe(1);
      begun.set(job, [...(begun.get(job) ?? []), Date.now()]);
      await sleep(testMs, signal);
      testing -= 1;
    },
    skip: (job, {reason}) => skips.push(`${job}: ${reason}`),
  });
  void update(jobs, 'seed');
  await vi.advanceTimersByTimeAsync(36 * hourMs);
  await stop();
  expect(skips).toEqual([]);
  return (job: string): readonly number[] => begun.get(job) ?? [];
};

const dateIn = (timeZone: string, atMs: number): string =>
  new Intl.DateTimeFormat('sv-SE', {timeZone, dateStyle: 'short'}).format(atMs);

/** Minutes between runs, waiting for other jobs' tests left out. */
const gaps = (runs: readonly number[]): readonly number[] =>
  runs.slice(1).map((atMs, index) => Math.floor(atMs / minuteMs) - Math.floor((runs[index] ?? 0) / minuteMs));

describe.each(changes)('in %s at %s, when clocks move by %i minutes', (timeZone, change, shift) => {
  it('no run is lost and none doubled', async () => {
    const runs = await runsAround(timeZone, change);

    const nights = [-24, 0].map((hours) => dateIn(timeZone, Date.parse(change) + hours * hourMs));
    for (const job of fixedHours)
      expect(
        runs(job).map((atMs) => dateIn(timeZone, atMs)),
        job,
      ).toEqual(nights);

    expect(new Set(gaps(runs(quarterHourly)))).toEqual(new Set([15]));
    expect(runs(quarterHourly)).toHaveLength(144);

    const exceptions = (job: string) => gaps(runs(job)).filter((gap) => gap !== 60);
    if (Math.abs(shift) === 60) {
      expect(hourly.map(exceptions)).toEqual([[], []]);
      expect(hourly.map((job) => runs(job).length)).toEqual([36, 36]);
      const delays = runs(jittered).map((atMs) => (atMs - 5 * minuteMs) % hourMs);
      expect(runs(jittered)).toHaveLength(36);
      expect(Math.max(...delays)).toBeLessThan(jitterMs + fixedHours.length * testMs);
    } else {
      // Half an hour is no whole number of hours: an hour is 30 or 90 minutes long, or has its run at the change itself.
      expect(hourly.map(exceptions)).toEqual(shift > 0 ? [[53, 37], [30]] : [[90], [30]]);
    }
  });
});

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import type {Skip} from '../../../src/result.ts';
import {createSchedule} from '../../../src/scheduler/schedule.ts';
import {createScheduler, type ScheduledJob} from '../../../src/scheduler/scheduler.ts';
import {sleep} from '../../../src/sleep.ts';

beforeEach(() => {
  vi.useFakeTimers({now: Date.parse('2026-06-01T00:00:30Z')});
});
afterEach(() => {
  vi.useRealTimers();
});

const minutely = (name: string, changes: Partial<ScheduledJob> = {}): ScheduledJob => ({
  name,
  schedule: createSchedule('* * * * *', 'UTC'),
  jitterMs: 0,
  runAtStart: false,
  ...changes,
});

/** A scheduler whose tests take a given time; `log` has what happened at which second after the start. */
const start = (jobs: readonly ScheduledJob[], testMs = 0) => {
  const startedAtMs = Date.now();
  const log: string[] = [];
  const skips: Skip[] = [];
  const note = (what: string): void => {
    log.push(`${(Date.now() - startedAtMs) / 1000} ${what}`);
  };
  const scheduler = createScheduler({
    run: async (job, signal, scheduled) => {
      note(`begin ${job}${scheduled ? '' : ' by hand'}`);
      await sleep(testMs, signal);
      note(`${signal.aborted ? 'abort' : 'end'} ${job}`);
    },
    skip: (job, skip) => {
      note(`skip ${job} ${skip.class}`);
      skips.push(skip);
    },
  });
  void scheduler.update(jobs, 'seed');
  return {log, skips, ...scheduler};
};

describe('the scheduler', () => {
  it('runs a job at its times, and at the start where asked', async () => {
    const {log, stop} = start([minutely('wan', {runAtStart: true})]);
    await vi.advanceTimersByTimeAsync(100_000);
    await stop();
    expect(log.filter((line) => line.includes('begin'))).toEqual([
      '0 begin wan',
      '30 begin wan',
      '90 begin wan',
    ]);
  });

  it('starts a job by hand, unless a test is running', async () => {
    const {log, start: startNow, stop} = start([minutely('a'), minutely('b')], 10_000);
    expect(startNow('b')).toEqual({kind: 'started'});
    expect(startNow('a')).toEqual({kind: 'busy', running: 'b'});
    await vi.advanceTimersByTimeAsync(9000);
    expect(startNow('b')).toEqual({kind: 'busy', running: 'b'});
    await vi.advanceTimersByTimeAsync(16_000);
    expect(startNow('a')).toEqual({kind: 'started'});
    await vi.advanceTimersByTimeAsync(30_000);
    await stop();
    expect(log).toEqual([
      '0 begin b by hand',
      '10 end b',
      '25 begin a by hand',
      '30 skip a overlap',
      '35 end a',
      '35 begin b',
      '45 end b',
    ]);
  });

  it('never runs two tests at once: the second waits for its turn', async () => {
    const {log, stop} = start([minutely('a'), minutely('b')], 10_000);
    await vi.advanceTimersByTimeAsync(55_000);
    await stop();
    expect(log).toEqual(['30 begin a', '40 end a', '40 begin b', '50 end b']);
  });

  it('skips a run whose predecessor is not over, and says so', async () => {
    const {log, stop} = start([minutely('slow')], 70_000);
    await vi.advanceTimersByTimeAsync(155_000);
    await stop();
    expect(log.slice(0, 4)).toEqual([
      '30 begin slow',
      '90 skip slow overlap',
      '100 end slow',
      '150 begin slow',
    ]);
  });

  it('skips the run that waited until its next one was due, which takes its place', async () => {
    const {log, skips, stop} = start([minutely('long'), minutely('short')], 100_000);
    await vi.advanceTimersByTimeAsync(140_000);
    await stop();
    expect(log).toEqual([
      '30 begin long',
      '90 skip long overlap',
      '90 skip short overlap',
      '130 end long',
      '130 begin short',
      '140 abort short',
    ]);
    expect(skips[1]?.reason).toBe(
      'due at 2026-06-01T00:01:00.000Z, but other jobs were tested until the next run was due',
    );
  });

  /** What became of the runs of a time in which the machine slept, until a minute after it. */
  const sleepUntil = async (job: ScheduledJob, wake: string) => {
    const {log, skips, stop} = start([job]);
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(Date.parse(wake));
    await vi.advanceTimersByTimeAsync(61_000);
    await stop();
    return {began: log.filter((line) => line.includes('begin')).length, skips};
  };

  it('skips together what was due while the machine slept, and runs what is due now', async () => {
    const {began, skips} = await sleepUntil(minutely('wan'), '2026-06-08T00:00:30Z');
    // Noticed half a minute after the machine woke: the run of 00:00 is not too late, and that of 00:01 comes after it.
    expect(began).toBe(2);
    expect(skips).toEqual([
      {
        class: 'missed',
        reason:
          '10079 runs from 2026-06-01T00:01:00.000Z to 2026-06-07T23:59:00.000Z did not take place: ' +
          'the machine slept or stood still, or its clock was set',
        runs: 10_079,
      },
    ]);
  });

  it('skips the only run that was due while the machine slept', async () => {
    const schedule = createSchedule('0 3 * * *', 'UTC');
    const {began, skips} = await sleepUntil(minutely('wan', {schedule}), '2026-06-01T03:10:00Z');
    expect(began).toBe(0);
    expect(skips).toEqual([
      {
        class: 'missed',
        reason: 'due at 2026-06-01T03:00:00.000Z, but the machine slept or stood still, or its clock was set',
      },
    ]);
  });

  it('runs what is due by less than two minutes', async () => {
    const schedule = createSchedule('0 3 * * *', 'UTC');
    const {began, skips} = await sleepUntil(minutely('wan', {schedule}), '2026-06-01T03:00:50Z');
    expect({began, skips}).toEqual({began: 1, skips: []});
  });

  it('counts no further than makes sense when the clock jumps by decades', async () => {
    const {skips} = await sleepUntil(minutely('wan'), '2066-06-01T00:00:30Z');
    expect(skips).toMatchObject([
      {runs: 20_000, reason: expect.stringMatching(/^at least 20000 runs from /)},
    ]);
  });

  it('goes on when the clock is set back, and does not repeat a run when it is only set right', async () => {
    const {log, stop} = start([minutely('wan')]);
    await vi.advanceTimersByTimeAsync(31_000);
    vi.setSystemTime(Date.now() - 5000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.filter((line) => line.includes('begin'))).toEqual(['30 begin wan']);
    vi.setSystemTime(Date.parse('2026-01-01T00:00:30Z'));
    await vi.advanceTimersByTimeAsync(120_000);
    await stop();
    expect(log.filter((line) => line.includes('begin')).length).toBeGreaterThanOrEqual(2);
  });

  it('delays a run by its jitter', async () => {
    const {log, stop} = start([minutely('wan', {jitterMs: 20_000})]);
    await vi.advanceTimersByTimeAsync(55_000);
    await stop();
    const begun = Number.parseFloat(log[0] ?? '');
    expect(begun).toBeGreaterThanOrEqual(30);
    expect(begun).toBeLessThan(50);
  });

  it('aborts a running test when it stops, and starts none of those that wait', async () => {
    const {log, stop} = start([minutely('a'), minutely('b')], 1_000_000);
    await vi.advanceTimersByTimeAsync(31_000);
    await stop();
    expect(log).toEqual(['30 begin a', '31 abort a']);
  });

  it('leaves a job alone whose times stay, and its test, when its jobs change', async () => {
    const {log, update, stop} = start([minutely('a'), minutely('b')], 10_000);
    await vi.advanceTimersByTimeAsync(35_000);
    // Another object with the same times, and one that is new.
    await update([minutely('a', {runAtStart: true}), minutely('c', {runAtStart: true})], 'seed');
    await vi.advanceTimersByTimeAsync(60_000);
    await stop();
    expect(log).toEqual(['30 begin a', '40 end a', '40 begin c', '50 end c', '90 begin a', '95 abort a']);
  });

  it('follows changed times without a test at once, and aborts the test of a job that is gone', async () => {
    const {log, update, stop} = start([minutely('a'), minutely('b')], 20_000);
    await vi.advanceTimersByTimeAsync(35_000);
    const schedule = createSchedule('2 * * * *', 'UTC');
    await update([minutely('b', {schedule, runAtStart: true})], 'seed');
    await vi.advanceTimersByTimeAsync(60_000);
    await stop();
    expect(log).toEqual([
      '30 begin a',
      '35 abort a',
      // This one was due before.
      '35 begin b',
      '55 end b',
      '90 begin b',
      '95 abort b',
    ]);
  });
});

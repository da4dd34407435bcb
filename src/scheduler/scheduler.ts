import type {Skip} from '../result.ts';
import {createRunningParts} from '../running-parts.ts';
import {sleep} from '../sleep.ts';
import {jitterMs} from './jitter.ts';
import type {Schedule} from './schedule.ts';

/** What the scheduler needs to know of a job. */
export interface ScheduledJob {
  readonly name: string;
  readonly schedule: Schedule;
  /** Each run is delayed by up to this long. */
  readonly jitterMs: number;
  readonly runAtStart: boolean;
}

export interface SchedulerEvents {
  /**
   * Runs the job's test, and never rejects; the next one starts only when this has resolved. `scheduled` is false for one
   * that a person asked for.
   */
  readonly run: (job: string, signal: AbortSignal, scheduled: boolean) => Promise<void>;
  /** Runs that were due but will not take place. */
  readonly skip: (job: string, skip: Skip) => void;
}

/** What became of a wish to test at once. `running` is the job whose test is under way or about to start. */
export type Start = {readonly kind: 'started'} | {readonly kind: 'busy'; readonly running: string};

/** A job whose times are followed. */
interface Following {
  stop(): Promise<void>;
}

/** One run of a job: the time that the schedule gives it, and the time at which it starts, jitter included. */
export interface Run {
  readonly scheduledMs: number;
  readonly startMs: number;
}

// The clock is read again at least this often, so that a changed clock or a laptop's sleep is noticed.
const longestSleepMs = 60_000;
// A run later than this was missed.
const missedAfterMs = 120_000;
// Two weeks of one a minute. A clock that was set for the first time may have jumped by decades.
const mostCounted = 20_000;
const countedAtOnce = 100;

/** The job's first run after `afterMs`. */
export const nextRun = (job: ScheduledJob, seed: string, afterMs: number): Run => {
  const scheduledMs = job.schedule.next(afterMs);
  return {scheduledMs, startMs: scheduledMs + jitterMs(seed, job.name, scheduledMs, job.jitterMs)};
};

const iso = (ms: number): string => new Date(ms).toISOString();

const missed = (runs: number, first: Run, last: Run): Skip => {
  const cause = 'the machine slept or stood still, or its clock was set';
  if (runs === 1) return {class: 'missed', reason: `due at ${iso(first.startMs)}, but ${cause}`};
  const count = runs < mostCounted ? String(runs) : `at least ${runs}`;
  const span = `from ${iso(first.startMs)} to ${iso(last.startMs)}`;
  return {class: 'missed', reason: `${count} runs ${span} did not take place: ${cause}`, runs};
};

/** A running scheduler. */
export interface Scheduler {
  /** Starts a job's test now, unless another one is running. */
  start(job: string): Start;
  /**
   * Runs these jobs from now on. A job whose times stay as they were is left alone, and so is its test, whatever else of
   * it has changed; a new one begins as at the start; the test of one that is gone is aborted.
   */
  update(jobs: readonly ScheduledJob[], seed: string): Promise<void>;
  /** Aborts a running test and resolves when that has ended. */
  stop(): Promise<void>;
}

/**
 * Runs jobs when they are due, none at first and one at a time: a job that comes due during another's test waits for its turn. Of two runs
 * of one job that would wait or run at the same time, one is skipped: the one that still waits when the next is due, or
 * the one that is due while the last is running. Runs that are found to be due long ago are skipped together.
 */
export const createScheduler = ({run, skip}: SchedulerEvents): Scheduler => {
  /** When the runs that wait for their turn were due, by job. */
  const waiting = new Map<string, number>();
  let running: {readonly job: string; readonly stopping: AbortController} | undefined;
  let turn: Promise<void> = Promise.resolve();

  const takeTurn = (job: string, scheduled: boolean): void => {
    turn = turn.then(async () => {
      // The job may be gone by now.
      if (!waiting.delete(job)) return;
      const stopping = new AbortController();
      running = {job, stopping};
      await run(job, stopping.signal, scheduled);
      running = undefined;
    });
  };

  const enqueue = (job: string, dueMs: number): void => {
    if (running?.job === job) {
      skip(job, {class: 'overlap', reason: 'the previous run of this job was not over'});
      return;
    }
    const earlierMs = waiting.get(job);
    waiting.set(job, dueMs);
    if (earlierMs !== undefined) {
      // The later run takes its place in the queue.
      const reason = `due at ${iso(earlierMs)}, but other jobs were tested until the next run was due`;
      skip(job, {class: 'overlap', reason});
      return;
    }
    takeTurn(job, true);
  };

  /** Starts the newest of the runs that are due, unless it is too late for it too, and gives the one after it. */
  const catchUp = async (job: ScheduledJob, seed: string, first: Run, signal: AbortSignal): Promise<Run> => {
    let last = first;
    let beforeLast = first;
    let next = nextRun(job, seed, first.scheduledMs);
    let due = 1;
    for (; next.startMs <= Date.now() && due < mostCounted && !signal.aborted; due += 1) {
      if (due % countedAtOnce === 0) await sleep(0, signal); // lets others have their turn
      [beforeLast, last, next] = [last, next, nextRun(job, seed, next.scheduledMs)];
    }
    if (signal.aborted) return next;
    if (due === mostCounted) next = nextRun(job, seed, Date.now());
    const isTooLate = Date.now() - last.startMs > missedAfterMs;
    if (isTooLate) skip(job.name, missed(due, first, last));
    else if (due > 1) skip(job.name, missed(due - 1, first, beforeLast));
    if (!isTooLate) enqueue(job.name, last.startMs);
    return next;
  };

  const follow = async (job: ScheduledJob, seed: string, signal: AbortSignal): Promise<void> => {
    let nowMs = Date.now();
    let next = nextRun(job, seed, nowMs);
    while (!signal.aborted) {
      const seenMs = nowMs;
      nowMs = Date.now();
      // By less, as a clock is set right, would be to run twice at one time.
      const wasSetBack = nowMs < seenMs - missedAfterMs;
      if (wasSetBack) next = nextRun(job, seed, nowMs);
      if (next.startMs > nowMs) await sleep(Math.min(next.startMs - nowMs, longestSleepMs), signal);
      else next = await catchUp(job, seed, next, signal);
    }
  };

  const startFollowing = (job: ScheduledJob, seed: string, isNew: boolean): Following => {
    const stopping = new AbortController();
    if (isNew && job.runAtStart) enqueue(job.name, Date.now());
    const following = follow(job, seed, stopping.signal);
    return {
      stop: () => {
        stopping.abort();
        return following;
      },
    };
  };

  const followed = createRunningParts<Following>();
  const update = async (jobs: readonly ScheduledJob[], seed: string): Promise<void> => {
    const before = new Set(followed.all().keys());
    const wanted = new Map(
      jobs.map((job) => {
        const {expression, timeZone} = job.schedule;
        const identity = [expression, timeZone, job.jitterMs, seed];
        return [job.name, {identity, start: () => startFollowing(job, seed, !before.has(job.name))}];
      }),
    );
    const reconciled = followed.reconcile(wanted);
    for (const job of waiting.keys()) if (!wanted.has(job)) waiting.delete(job);
    if (running !== undefined && !wanted.has(running.job)) {
      running.stopping.abort(new Error('its job is not in the configuration any more'));
    }
    await reconciled;
  };

  return {
    start: (job) => {
      const [first] = [running?.job, ...waiting.keys()].filter((name) => name !== undefined);
      if (first !== undefined) return {kind: 'busy', running: first};
      waiting.set(job, Date.now());
      takeTurn(job, false);
      return {kind: 'started'};
    },
    update,
    stop: async () => {
      waiting.clear();
      running?.stopping.abort(new Error('the bridge is stopping'));
      await followed.stop();
      await turn;
    },
  };
};

/** How many runs in a row may stay away before a job's last result no longer counts as current. */
export const periodsUntilLapse = 3;

/**
 * When the result of a test that ended at `endedAtMs` is no longer current: when the job's third run after it is over.
 * Unix milliseconds. `timeoutMs` bounds a test.
 */
export const lapsesAt = (job: ScheduledJob, timeoutMs: number, endedAtMs: number): number => {
  let atMs = endedAtMs;
  for (let period = 0; period < periodsUntilLapse; period += 1) atMs = job.schedule.next(atMs);
  return atMs + job.jitterMs + timeoutMs;
};

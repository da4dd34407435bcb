import {createLimiter} from '../limiter.ts';

/** How often a person is told of something else, and reminded of the same, at most. */
export const tellEveryMs = 60_000;
export const remindEveryMs = 600_000;

/** Whether a person is told of what fails again and again: it must not fill a disk with lines. */
export interface Failing {
  /** Gives whether to tell of a failure: once a minute where its cause is another, now and then where it is the same. */
  isToTell(cause: string): boolean;
  /** Notes that it works. Gives whether to tell that it does so again: it was told of a failure before. */
  ended(): boolean;
}

/** @param nowMs a clock that only goes forward, in milliseconds. */
export const createFailing = (nowMs?: () => number): Failing => {
  const changes = createLimiter(tellEveryMs, nowMs);
  const reminders = createLimiter(remindEveryMs, nowMs);
  let toldCause: string | undefined;
  return {
    isToTell: (cause) => {
      const isSame = cause === toldCause;
      if ((isSame ? reminders : changes).next() === undefined) return false;
      if (!isSame) reminders.next();
      toldCause = cause;
      return true;
    },
    ended: () => {
      const wasTold = toldCause !== undefined;
      toldCause = undefined;
      return wasTold;
    },
  };
};

/** The time until the next attempt for people, in seconds. */
export const retryInSeconds = (retryInMs: number | undefined): number | undefined =>
  retryInMs === undefined ? undefined : Math.round(retryInMs / 100) / 10;

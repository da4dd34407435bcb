import {createLimiter} from '../limiter.ts';
import type {TargetLog} from '../scrape/scrape-loop.ts';
import {type Target, targetName} from '../scrape/targets/target.ts';
import {createFailing, remindEveryMs, tellEveryMs} from './failing.ts';
import type {Log} from './log.ts';

const wordsOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/**
 * The log of one target: why it can't be scraped, when that changes and now and then, and when it can be again; and now and
 * then that samples of it are left out.
 * @param isForwarded whether there is a destination that has its samples in the order of time.
 * @param nowMs a clock, in milliseconds.
 */
export const createScrapeLog = (
  log: Log,
  target: Target,
  isForwarded: () => boolean,
  nowMs?: () => number,
): TargetLog => {
  const about = {job: target.job.name, target: targetName(target)};
  const failing = createFailing(nowMs);
  const errors = createLimiter(tellEveryMs, nowMs);
  const leftOutReminders = createLimiter(remindEveryMs, nowMs);
  return {
    scrape: ({cause, error, leftOut}) => {
      if (leftOut > 0 && isForwarded() && leftOutReminders.next() !== undefined) {
        const line = 'scraped samples are not later than those before them, and are left out of remote write';
        log.warn(line, {...about, samples: leftOut});
      }
      if (cause === undefined) {
        if (failing.ended()) log.info('the target is scraped again', about);
      } else if (failing.isToTell(cause)) {
        if (error === undefined) log.warn(`scrape failed: ${cause}`, about);
        else log.error(`scrape failed: ${wordsOf(error)}`, about);
      }
    },
    error: (error) => {
      if (errors.next() === undefined) return;
      log.error(`what was scraped could not be kept: ${wordsOf(error)}`, about);
    },
  };
};

import {createLimiter, type Limiter} from '../limiter.ts';
import type {Scrape} from '../scrape/targets/scraper.ts';
import {type Target, targetKey, targetName} from '../scrape/targets/target.ts';
import type {Log} from './log.ts';

const remindEveryMs = 600_000;

interface Failure {
  readonly cause: string;
  readonly reminders: Limiter;
}

export interface ScrapeLog {
  scrape(target: Target, scrape: Scrape): void;
  /** An error of this program. */
  error(target: Target, error: unknown): void;
}

/**
 * The log of scrapes: why a target can't be scraped, when that changes and now and then, and when it can be again; and now and
 * then that samples of it are left out.
 * @param nowMs a clock, in milliseconds.
 */
export const createScrapeLog = (log: Log, nowMs?: () => number): ScrapeLog => {
  const failures = new Map<string, Failure>();
  const leftOutReminders = new Map<string, Limiter>();
  return {
    scrape: (target, {cause, leftOut}) => {
      const key = targetKey(target);
      const about = {job: target.job.name, target: targetName(target)};
      if (leftOut > 0) {
        const reminders = leftOutReminders.get(key) ?? createLimiter(remindEveryMs, nowMs);
        leftOutReminders.set(key, reminders);
        if (reminders.next() !== undefined)
          log.warn('scraped samples are older than the last of their series, and left out of remote write', {
            ...about,
            samples: leftOut,
          });
      }
      const before = failures.get(key);
      if (cause === undefined) {
        if (failures.delete(key)) log.info('the target is scraped again', about);
        return;
      }
      const failure =
        before?.cause === cause ? before : {cause, reminders: createLimiter(remindEveryMs, nowMs)};
      failures.set(key, failure);
      if (failure.reminders.next() !== undefined) log.warn(`scrape failed: ${cause}`, about);
    },
    error: (target, error) => {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error(`scrape failed: ${words}`, {job: target.job.name, target: targetName(target)});
    },
  };
};

import {createRunningParts} from '../running-parts.ts';
import {scrapeOffsetMs} from './aligned-time.ts';
import type {ScrapeJob} from './job.ts';
import {type ScrapeLoop, type ScrapeLoopSettings, startScrapeLoop, type TargetLog} from './scrape-loop.ts';
import {createScraper} from './targets/scraper.ts';
import {findTargets, type Target, targetKey} from './targets/target.ts';

export interface ScrapingSettings extends Pick<ScrapeLoopSettings, 'onBlocks'> {
  /** Makes the log of a target, which is as long-lived as its scraping. */
  readonly logOf: (target: Target) => TargetLog;
  /** Told of each address that makes no target. */
  readonly onProblem: (problem: string) => void;
  /** The program's own. */
  readonly version: string;
}

/** The scraping of all targets. */
export interface Scraping {
  /** Scrapes the targets of these jobs from now on. Unchanged ones are left alone; the series of others end. */
  update(jobs: readonly ScrapeJob[], exemplars: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** A target, and why it must not be scraped. */
export interface PlannedTarget {
  readonly target: Target;
  readonly refusal?: string;
}

/** All targets of the jobs, and a line for each address that makes none. */
export const planTargets = (
  jobs: readonly ScrapeJob[],
): {readonly planned: readonly PlannedTarget[]; readonly problems: readonly string[]} => {
  const found = jobs.map((job) => ({job, ...findTargets(job)}));
  const planned = found.flatMap(({job: {limits}, targets}) => {
    if (targets.length <= limits.targets) return targets.map((target) => ({target}));
    const refusal = `the job has ${targets.length} targets, and target_limit is ${limits.targets}`;
    return targets.map((target) => ({target, refusal}));
  });
  return {planned, problems: found.flatMap(({problems}) => problems)};
};

/** Of no targets at first. */
export const createScraping = ({version, logOf, onBlocks, onProblem}: ScrapingSettings): Scraping => {
  const running = createRunningParts<ScrapeLoop>();
  return {
    update: (jobs, exemplars) => {
      const {planned, problems} = planTargets(jobs);
      for (const problem of problems) onProblem(problem);
      const wanted = planned.map(({target, refusal}) => {
        const key = targetKey(target);
        const {job, intervalMs, timeoutMs} = target;
        const start = (): ScrapeLoop =>
          startScrapeLoop({
            target,
            onBlocks,
            log: logOf(target),
            scraper: createScraper(target, {exemplars, version, ...(refusal !== undefined && {refusal})}),
            offsetMs: scrapeOffsetMs(key, intervalMs),
          });
        const identity = [job.fingerprint, intervalMs, timeoutMs, refusal, exemplars];
        return [JSON.stringify([job.name, key]), {identity, start}] as const;
      });
      return running.reconcile(new Map(wanted));
    },
    stop: running.stop,
  };
};

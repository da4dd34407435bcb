import {sleep} from '../sleep.ts';
import {lastAlignedMs, scrapeTimeMs} from './aligned-time.ts';
import type {Scrape, Scraper} from './targets/scraper.ts';
import type {Target} from './targets/target.ts';
import type {ScrapedBlocks} from './targets/time-order.ts';

/** Told how the scrapes of one target go. */
export interface TargetLog {
  scrape(scrape: Scrape): void;
  /** An error of this program beside the scrape itself, for which what it brought is not kept. */
  error(error: unknown): void;
}

export interface ScrapeLoopSettings {
  readonly target: Target;
  readonly scraper: Scraper;
  /** Beyond which multiple of the interval scrapes are, as `scrapeOffsetMs` gives it. */
  readonly offsetMs: number;
  /** Told of what each scrape brought, and at the end of the ends of all series. */
  readonly onBlocks: (target: Target, scraped: ScrapedBlocks) => void;
  /** Of this target. After an error the loop goes on. */
  readonly log: TargetLog;
  /** The time in Unix milliseconds. */
  readonly now?: () => number;
}

export interface ScrapeLoop {
  /** Breaks off a running scrape, ends all series, and makes no further scrape. */
  stop(): Promise<void>;
}

/**
 * Scrapes a target once each interval until stopped, one scrape after the other: one that takes longer than the
 * interval is followed by the next at once, and those that would have been meanwhile are left out.
 */
export const startScrapeLoop = (settings: ScrapeLoopSettings): ScrapeLoop => {
  const {target, scraper, offsetMs, onBlocks, log, now = Date.now} = settings;
  const {intervalMs} = target;
  const stopping = new AbortController();
  const {signal} = stopping;

  const scrapeOnce = async (): Promise<void> => {
    const timeMs = scrapeTimeMs(now(), intervalMs, offsetMs);
    const scrape = await scraper.scrape(timeMs, signal);
    log.scrape(scrape);
    onBlocks(target, scrape);
  };

  const run = async (): Promise<void> => {
    let plannedMs = lastAlignedMs(now(), intervalMs, offsetMs);
    while (!signal.aborted) {
      const nowMs = now();
      // A clock that was set back must not have it wait for longer than an interval.
      const waitMs = Math.min(plannedMs + intervalMs - nowMs, intervalMs);
      if (waitMs > 0) await sleep(waitMs, signal);
      if (signal.aborted) break;
      plannedMs = lastAlignedMs(now() + 1, intervalMs, offsetMs);
      try {
        await scrapeOnce();
      } catch (error) {
        if (!signal.aborted) log.error(error);
      }
    }
  };

  const running = run();
  return {
    stop: async () => {
      stopping.abort(new Error('scraping ends'));
      await running;
      const blocks = scraper.end(now());
      if (blocks.length > 0) onBlocks(target, {all: blocks, blocks, leftOut: 0});
      await scraper.close();
    },
  };
};

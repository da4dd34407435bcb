import {expect} from 'vitest';
import {type Decoded, decode, nameOf, samplesOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {type ScrapeSending, startScrapes} from './scrapes-sender.ts';
import {type Checks, type Subject, take, withSending} from './subject.ts';
import {startMs} from './tour.ts';

/** Does things to a target, and gives what was sent meanwhile. */
const sentWhile = (
  {version}: Subject,
  use: (sending: ScrapeSending) => Promise<void>,
): Promise<readonly Decoded[]> =>
  withSending(startScrapes, {version, respond: take}, async (sending, {requests}) => {
    await use(sending);
    await sending.settled();
    return requests.map(decode);
  });

const noTargets = {because: 'results come from no target'};

/** How series end whose target fails or goes. */
export const staleChecks = {
  staleFailed: {
    results: noTargets,
    scrapes: async (subject) => {
      const decoded = await sentWhile(subject, async ({scrape}) => {
        await scrape(startMs, 'a 1\n# EOF\n');
        await scrape(startMs + 1000, undefined);
        await scrape(startMs + 2000, 'a 2\n# EOF\n');
        await scrape(startMs + 3000, 'not a page');
      });
      expect(samplesOf(decoded, 'a')).toEqual([
        `1@${startMs}`,
        `stale@${startMs + 1000}`,
        `2@${startMs + 2000}`,
        `stale@${startMs + 3000}`,
      ]);
    },
  },
  staleGone: {
    results: noTargets,
    scrapes: async (subject) => {
      const decoded = await sentWhile(subject, async ({scrape, end}) => {
        await scrape(startMs, 'a 1\n# EOF\n');
        end(startMs + 1000);
      });
      const ended = decoded.flatMap(({series}) =>
        series.filter(({samples}) => samples.some(({value}) => value === 'stale')).map(nameOf),
      );
      expect(ended.toSorted()).toEqual([
        'a',
        'scrape_duration_seconds',
        'scrape_samples_post_metric_relabeling',
        'scrape_samples_scraped',
        'scrape_series_added',
        'up',
      ]);
    },
  },
  staleOwnTimes: {
    results: noTargets,
    scrapes: async (subject) => {
      const decoded = await sentWhile(subject, async ({scrape}) => {
        await scrape(startMs, `a 1 ${startMs / 1000}\nb 2\n# EOF\n`);
        await scrape(startMs + 1000, '# EOF\n');
      });
      expect(samplesOf(decoded, 'a')).toEqual([`1@${startMs}`]);
      expect(samplesOf(decoded, 'b')).toEqual([`2@${startMs}`, `stale@${startMs + 1000}`]);
    },
  },
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;

import {expect, it} from 'vitest';
import type {Scrape} from '../../../src/scrape/targets/scraper.ts';
import {findTargets} from '../../../src/scrape/targets/target.ts';
import type {Log} from '../../../src/telemetry/log.ts';
import {createScrapeLog} from '../../../src/telemetry/scrape-log.ts';
import {jobWith} from '../scrape/targets/jobs.ts';

const [a, b] = findTargets(
  jobWith({groups: [{targets: ['a:1', 'b:1'], labels: {}}], params: {key: ['secret']}}),
).targets;
const report = {isUp: true, durationMs: 1, scraped: 1, relabelled: 1, added: 0};
const good: Scrape = {all: [], blocks: [], leftOut: 0, report};
const failedBy = (cause: string): Scrape => ({...good, report: {...report, isUp: false}, cause});

/** Tells of a scrape and gives the lines about it, at a time of its own. */
const createTeller = () => {
  const lines: unknown[] = [];
  const write = (level: string) => (message: string, about?: object) => lines.push([level, message, about]);
  const log: Log = {debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')};
  const clock = {nowMs: 0};
  const scrapes = createScrapeLog(log, () => clock.nowMs);
  if (a === undefined || b === undefined) expect.fail();
  const tell = (scrape: Scrape, target = a) => {
    scrapes.scrape(target, scrape);
    return lines.splice(0);
  };
  return {tell, clock};
};
const about = {job: 'node', target: 'http://a:1/metrics'};

it('tells when a target fails, why, now and then that it still does, and when it is over', () => {
  const {tell, clock} = createTeller();
  expect(tell(good)).toEqual([]);
  expect(tell(failedBy('no route'))).toEqual([['warn', 'scrape failed: no route', about]]);
  expect(tell(failedBy('no route'), b)).toHaveLength(1);
  expect(tell(failedBy('no route'))).toEqual([]);
  expect(tell(failedBy('refused'))).toEqual([['warn', 'scrape failed: refused', about]]);
  clock.nowMs += 600_000;
  expect(tell(failedBy('refused'))).toHaveLength(1);
  expect(tell(good)).toEqual([['info', 'the target is scraped again', about]]);
  expect(tell(good)).toEqual([]);
});

it('tells now and then how many samples of a scrape are left out', () => {
  const {tell, clock} = createTeller();
  const line = 'scraped samples are older than the last of their series, and left out of remote write';
  expect(tell({...good, leftOut: 7})).toEqual([['warn', line, {...about, samples: 7}]]);
  expect(tell({...good, leftOut: 8})).toEqual([]);
  expect(tell({...good, leftOut: 8}, b)).toHaveLength(1);
  expect(tell(good)).toEqual([]);
  clock.nowMs += 600_000;
  expect(tell({...failedBy('no route'), leftOut: 9})).toMatchObject([
    ['warn', line, {samples: 9}],
    ['warn', 'scrape failed: no route', about],
  ]);
});

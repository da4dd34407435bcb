import {expect, it} from 'vitest';
import type {Scrape} from '../../../src/scrape/targets/scraper.ts';
import {findTargets} from '../../../src/scrape/targets/target.ts';
import type {Log} from '../../../src/telemetry/log.ts';
import {createScrapeLog} from '../../../src/telemetry/scrape-log.ts';
import {jobWith} from '../scrape/targets/jobs.ts';

const [target] = findTargets(
  jobWith({groups: [{targets: ['a:1'], labels: {}}], params: {key: ['secret']}}),
).targets;
const report = {isUp: true, durationMs: 1, scraped: 1, relabelled: 1, added: 0};
const good: Scrape = {all: [], blocks: [], leftOut: 0, report};
const failedBy = (cause: string): Scrape => ({...good, report: {...report, isUp: false}, cause});

/** Tells of a scrape or an error and gives the lines about it, at a time of its own. */
const createTeller = () => {
  const lines: unknown[] = [];
  const write = (level: string) => (message: string, about?: object) => lines.push([level, message, about]);
  const log: Log = {debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')};
  const clock = {nowMs: 0};
  const forwarding = {isOn: true};
  if (target === undefined) expect.fail();
  const scrapes = createScrapeLog(
    log,
    target,
    () => forwarding.isOn,
    () => clock.nowMs,
  );
  const tell = (scrape: Scrape) => {
    scrapes.scrape(scrape);
    return lines.splice(0);
  };
  const fail = (error: unknown) => {
    scrapes.error(error);
    return lines.splice(0);
  };
  return {tell, fail, clock, forwarding};
};
const about = {job: 'node', target: 'http://a:1/metrics'};

it('tells when a target fails, why, now and then that it still does, and when it is over', () => {
  const {tell, clock} = createTeller();
  expect(tell(good)).toEqual([]);
  expect(tell(failedBy('no route'))).toEqual([['warn', 'scrape failed: no route', about]]);
  expect(tell(failedBy('no route'))).toEqual([]);
  clock.nowMs += 60_000;
  expect(tell(failedBy('refused'))).toEqual([['warn', 'scrape failed: refused', about]]);
  clock.nowMs += 600_000;
  expect(tell(failedBy('refused'))).toHaveLength(1);
  expect(tell(good)).toEqual([['info', 'the target is scraped again', about]]);
  expect(tell(good)).toEqual([]);
});

it('tells of a cause that is another each time once a minute', () => {
  const {tell, clock} = createTeller();
  const lines = Array.from({length: 121}, (_, second) => {
    clock.nowMs = second * 1000;
    return tell(failedBy(`line ${second}: no value`));
  });
  expect(lines.flat()).toHaveLength(3);
});

it('tells where an error of this program is', () => {
  const {tell} = createTeller();
  const error = new TypeError('no function');
  expect(tell({...failedBy('an error'), error})).toEqual([['error', `scrape failed: ${error.stack}`, about]]);
  expect(tell({...failedBy('an error'), error})).toEqual([]);
});

it('tells of an error beside scrapes once a minute', () => {
  const {fail, clock} = createTeller();
  const error = new TypeError('no function');
  const line = `what was scraped could not be kept: ${error.stack}`;
  expect(fail(error)).toEqual([['error', line, about]]);
  expect(fail(error)).toEqual([]);
  clock.nowMs += 60_000;
  expect(fail('text')).toEqual([['error', 'what was scraped could not be kept: text', about]]);
});

it('tells now and then how many samples of a scrape are left out, where they would be forwarded', () => {
  const {tell, clock, forwarding} = createTeller();
  const line = 'scraped samples are not later than those before them, and are left out of remote write';
  forwarding.isOn = false;
  expect(tell({...good, leftOut: 6})).toEqual([]);
  forwarding.isOn = true;
  expect(tell({...good, leftOut: 7})).toEqual([['warn', line, {...about, samples: 7}]]);
  expect(tell({...good, leftOut: 8})).toEqual([]);
  expect(tell(good)).toEqual([]);
  clock.nowMs += 600_000;
  expect(tell({...failedBy('no route'), leftOut: 9})).toMatchObject([
    ['warn', line, {samples: 9}],
    ['warn', 'scrape failed: no route', about],
  ]);
});

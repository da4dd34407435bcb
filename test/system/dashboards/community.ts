import {describe, expect, it} from 'vitest';
import {measuredIn} from '../../../src/result.ts';
import {
  averaged,
  averagedWithin,
  summed,
  type TrackerMetric,
  tableLabels,
} from '../../fixtures/community-dashboard.ts';
import {fillIn} from '../../fixtures/dashboard.ts';
import {valuesOf} from '../../fixtures/week/answers.ts';
import {atEachStep, jobs, meanOf, stepMs, type Values, visibleAt} from '../../fixtures/week/expected.ts';
import {weekEndMs, weekStartMs} from '../../fixtures/week/results.ts';
import type {Way} from '../../fixtures/week/ways.ts';
import type {QueryApi} from '../../peers/query-api.ts';

const hourMs = 3_600_000;

/**
 * The tests of the community's dashboard for Speedtest Tracker, against a server that has a simulated week by one way.
 * Its bare selectors see a result that is written once for five minutes, and all others until the next one.
 * @param server gives it once it is filled.
 */
export const testCommunityDashboard = (way: Way, server: () => QueryApi): void => {
  const valuesAt = (timeMs: number, {of}: TrackerMetric): readonly number[] =>
    jobs.flatMap((job) => {
      const result = visibleAt(way, job, timeMs);
      return (result && of(result)) ?? [];
    });
  const sumAt = (timeMs: number, metric: TrackerMetric): number | undefined => {
    const values = valuesAt(timeMs, metric);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
  const asked = (expr: string) => server().queryRange(expr, weekStartMs, weekEndMs, stepMs);

  describe('fill the dashboard of the community', () => {
    it.each(averaged)('with means of the lines: $name', async (metric) => {
      const found = await asked(`avg(${metric.name})`);
      expect(found.map(valuesOf)).toEqual([atEachStep((timeMs) => meanOf(valuesAt(timeMs, metric)))]);
    });

    it.each(summed)('with sums that are not doubled while labels flip: $expr', async ({expr, metrics}) => {
      const found = (await asked(expr)).map(
        (series) => [series.labels['__name__'], valuesOf(series)] as const,
      );
      expect(new Map(found)).toEqual(
        new Map(metrics.map((metric) => [metric.name, atEachStep((timeMs) => sumAt(timeMs, metric))])),
      );
    });

    it('with the mean within an interval in which no labels flip', async () => {
      // Between two tests; of results that are written once, just behind one.
      const minute = way === 'written once' ? 10 : 30;
      const isAsked = ([timeMs]: Values[number]) => timeMs % hourMs === minute * 60_000;
      const {metric, expr} = averagedWithin;
      const found = await asked(fillIn(expr, {__interval: '5m'}));
      const expected = atEachStep((timeMs) => meanOf(valuesAt(timeMs, metric)));
      expect(found.map((series) => valuesOf(series).filter(isAsked))).toEqual([expected.filter(isAsked)]);
    });

    it('with the server and the provider of each line in its tables', async () => {
      const timeMs = weekStartMs + 14 * hourMs + 10 * 60_000;
      const result = visibleAt(way, 'wan', timeMs);
      const {server: tested, isp} = result === undefined ? {} : measuredIn(result);
      const values = [tested?.id, tested?.name, tested?.country, tested?.location, isp];
      for (const {name} of summed.flatMap(({metrics}) => metrics)) {
        const [series, ...others] = await server().query(`${name}{job_name="wan"}`, timeMs);
        expect(others).toEqual([]);
        expect(tableLabels.map((label) => series?.labels[label])).toEqual(values);
      }
    });
  });
};

import {beforeAll, describe, expect, it} from 'vitest';
import type {Profile} from '../../../src/metrics/catalog.ts';
import {measuredIn, type TestResult, troubleOf} from '../../../src/result.ts';
import {fillIn, type Panel, readDashboard} from '../../fixtures/dashboard.ts';
import {
  type Answer,
  answersOf,
  rowsOf,
  valuesAt,
  valuesOf,
  valuesOfLines,
} from '../../fixtures/week/answers.ts';
import {atEachStep, jobs, meanInHour, meanOf, newestAt, numbersOf} from '../../fixtures/week/expected.ts';
import {
  bits,
  latency,
  shownNow,
  shownOfEachResult,
  shownOverTime,
  success,
} from '../../fixtures/week/numbers.ts';
import {weekEndMs, weekResults, weekStartMs} from '../../fixtures/week/results.ts';
import type {Way} from '../../fixtures/week/ways.ts';
import type {QueryApi, Series} from '../../peers/query-api.ts';

const hourMs = 3_600_000;

const failureOf = (result: TestResult): string | undefined =>
  result.status === 'skipped' ? `skipped-${result.skip.class}` : troubleOf(result)?.class;

const textOf = (...parts: readonly (string | undefined)[]): string => parts.join('; ');

/**
 * The tests of the dashboards of results, against a server that has a simulated week by one way.
 * @param server gives it once it is filled.
 */
export const testResultsDashboards = (
  way: Way,
  profiles: readonly Profile[],
  server: () => QueryApi,
): void => {
  const newest = jobs.map((job) => atEachStep((timeMs) => newestAt(way, job, timeMs)));

  describe.each(profiles)('fill the dashboard of %s', (profile) => {
    let answers: readonly Answer[];
    beforeAll(async () => {
      answers = await answersOf(server(), profile);
    });
    const asked = (title: string, type?: string): readonly Answer[] =>
      answers.filter((answer) => answer.panel === title && (type === undefined || answer.type === type));
    const seriesOf = (title: string): readonly Series[] => asked(title).flatMap(({series}) => series);

    it('in every panel', () => {
      expect(answers.length).toBeGreaterThan(30);
      expect(answers.filter(({series}) => series.length === 0)).toEqual([]);
    });

    it.each(Object.entries(shownOverTime))(
      'with each line’s newest values, and once: %s',
      (title, numbers) => {
        const found = [...asked(title, 'timeseries'), ...asked(title, 'state-timeline')];
        expect(found.map(({series}) => valuesOfLines(series))).toEqual(
          numbers.map((numberOf) =>
            newest.map((results) => [numbersOf(results, numberOf)].filter(({length}) => length > 0)),
          ),
        );
      },
    );

    it.each([
      ['labels have changed', 6.2],
      ['the packet loss is missing', 20.5],
      ['tests have failed', 46.5],
      ['the bridge is off', 64],
      ['it is back', 71.95],
      ['runs were skipped', 111.5],
    ])('with what is newest when %s', async (_, hour) => {
      const endMs = weekStartMs + hour * hourMs;
      const given = await answersOf(server(), profile, {
        only: ({type, title}) => type === 'stat' && title in shownNow,
        endMs,
      });
      const lines = jobs.map((job) => newestAt(way, job, endMs));
      const expected = Object.entries(shownNow).map(([title, numberOf]) => {
        const values = lines.map((result) => result && numberOf(result, endMs));
        return [title, values.map((value) => (value === undefined ? [] : [[[endMs, value]]]))];
      });
      expect(Object.fromEntries(given.map(({panel, series}) => [panel, valuesOfLines(series)]))).toEqual(
        Object.fromEntries(expected),
      );
    });

    it('with the share of the time in which the newest test had completed', () => {
      const shares = newest.map((line) => {
        const tested = line.filter(([timeMs, {status}]) => timeMs > weekStartMs && status !== 'skipped');
        return meanOf(tested.map(([, result]) => success(result))) ?? 0;
      });
      const found = valuesOfLines(seriesOf('Availability')).map(([line]) => line?.[0]?.[1]);
      expect(found).toEqual(shares.map((share) => expect.closeTo(share, 10)));
    });

    it('with the lines that fail, by the class of the failure', () => {
      const found = seriesOf('Lines whose newest test failed or was skipped, by class');
      const failing = new Set(weekResults.flatMap((result) => failureOf(result) ?? []));
      const countsOf = (failure: string) => {
        const counts = new Map<number, number>();
        for (const [timeMs, result] of newest.flat()) {
          if (failureOf(result) === failure) counts.set(timeMs, (counts.get(timeMs) ?? 0) + 1);
        }
        return [...counts].toSorted(([a], [b]) => a - b);
      };
      expect(new Map(found.map((series) => [series.labels['failure'], valuesOf(series)]))).toEqual(
        new Map([...failing].map((failure) => [failure, countsOf(failure)])),
      );
    });

    it('with the reasons of failures, and when each was last seen', () => {
      const found = new Map(
        seriesOf('Failures and their reasons').map((series) => {
          const {job_name: job, failure, reason, engine} = series.labels;
          return [textOf(job, failure, reason, engine), valuesOf(series)[0]?.[1] ?? 0];
        }),
      );
      const last = new Map<string, TestResult>();
      for (const result of weekResults) {
        const engine = result.status === 'failed' ? result.attempts.at(-1)?.engine : undefined;
        if (result.status !== 'completed')
          last.set(textOf(result.job, failureOf(result), troubleOf(result)?.reason, engine), result);
      }
      expect([...found.keys()].toSorted()).toEqual([...last.keys()].toSorted());
      for (const [text, {job, endedAtMs}] of last) {
        const next = weekResults.find((result) => result.job === job && result.endedAtMs > endedAtMs);
        expect(found.get(text), text).toBeGreaterThanOrEqual(endedAtMs);
        expect(found.get(text), text).toBeLessThan(next?.endedAtMs ?? weekEndMs);
      }
    });

    it('with each result as one row of the table', () => {
      expect(rowsOf(asked('Results', 'table'))).toEqual(
        weekResults.map((result) => shownOfEachResult.map((numberOf) => numberOf(result))),
      );
    });

    it.each([
      ['Download', bits('download')],
      ['Upload', bits('upload')],
      ['Latency', latency],
    ] as const)('with the mean of each hour of the day, each result counted once: %s', (title, numberOf) => {
      const [bars] = asked(title, 'barchart');
      const found = bars?.series.map((series) => [series.labels['hour'], valuesOf(series)[0]?.[1]] as const);
      const expected = Array.from({length: 24}, (_, hour) => {
        const mean = expect.closeTo(meanInHour(numberOf, hour) ?? 0, 3);
        return [String(hour).padStart(2, '0'), mean] as const;
      });
      expect(new Map(found)).toEqual(new Map(expected));
    });
  });

  it('can be shown for one server', async () => {
    const only: (panel: Panel) => boolean = ({title}) => title === 'Rates';
    const [rates] = await answersOf(server(), 'tracker-v1', {only, chosen: {server: 'Near|None'}});
    const near = atEachStep((timeMs) =>
      newestAt(way, 'wan', timeMs, (result) => measuredIn(result).server?.name === 'Near'),
    );
    // A result that one of another server follows was last seen some minutes before that.
    const isExact = ([timeMs]: readonly [number, number]) => timeMs % hourMs === hourMs / 2;
    expect(
      valuesOfLines(rates?.series ?? []).map((line) => line.map((values) => values.filter(isExact))),
    ).toEqual([[numbersOf(near, bits('download')).filter(isExact)], []]);
  });

  it('offers what there is for the variables', async () => {
    const offered = await Promise.all(
      readDashboard('tracker-v1')
        .variables.filter(({type}) => type === 'query')
        .map(async ({name, query}) => {
          const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
          const found = await server().series(fillIn(selector, valuesAt(weekEndMs)), weekStartMs, weekEndMs);
          return [name, [...new Set(found.flatMap((labels) => labels[label] ?? []))].toSorted()];
        }),
    );
    expect(Object.fromEntries(offered)).toEqual({
      job: ['speedtest'],
      instance: ['home'],
      server: ['Far', 'Near'],
      isp: ['Example Net', 'Other Net'],
    });
  });
};

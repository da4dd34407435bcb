import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import type {LiveSeries} from '../../../src/delivery/sink.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import type {Mapping} from '../../../src/metrics/map.ts';
import type {Labels, Sample} from '../../../src/metrics/sample.ts';
import {seriesAt, seriesNames, seriesOfBatch} from '../../../src/remote-write/batch.ts';
import {createSentLabels} from '../../../src/remote-write/labels.ts';
import type {TimeSeries} from '../../../src/remote-write/series.ts';
import {nameOfLabels} from '../../../src/remote-write/series-name.ts';
import {completedRow} from '../../fixtures/results.ts';
import {type Point, pointsOf} from './any-series.ts';

const rowAt = (id: number, endedAtMs: number, job = 'wan'): JournalRow => ({
  ...completedRow({endedAtMs, job}),
  id,
});
const sample = (name: string, value: number, labels: Labels = []): Sample => ({
  name,
  help: `Help of ${name}.`,
  labels,
  value,
});
const asTheyAre = createSentLabels([]);

/** The series of these rows where nothing was live before. */
const seriesOf = (rows: readonly JournalRow[], map: Mapping, sentLabels = asTheyAre) =>
  seriesOfBatch(rows, map, sentLabels, []).series;

/** The points of each series as `value@time`, by its labels. */
const shown = (series: readonly TimeSeries[]): Record<string, string> =>
  Object.fromEntries(
    series.map(({labels, ...points}) => [
      labels.map(([name, value]) => (name === '__name__' ? value : `${name}=${value}`)).join(' '),
      pointsOf(points)
        .map(({value, timestampMs}) => `${value}@${timestampMs}`)
        .join(' '),
    ]),
  );

describe('the series of a batch', () => {
  test('one for each name and label set, its points in time order', () => {
    const rows = [rowAt(1, 3000), rowAt(2, 1000), rowAt(3, 2000)];
    // Equal lists that are not the same list are the same labels.
    const map: Mapping = ({id}) => [sample('a', id, [['isp', 'x']]), sample('b', -id, [['isp', 'x']])];
    const series = seriesOf(rows, map);
    expect(shown(series)).toEqual({'a isp=x': '2@1000 3@2000 1@3000', 'b isp=x': '-2@1000 -3@2000 -1@3000'});
    expect(series.map(({help}) => help)).toEqual(['Help of a.', 'Help of b.']);
  });

  test('of two values for one time the first in the journal stays', () => {
    const rows = [rowAt(1, 1000), rowAt(2, 1000), rowAt(3, 2000)];
    expect(shown(seriesOf(rows, ({id}) => [sample('a', id)]))).toEqual({
      a: '1@1000 3@2000',
    });
  });

  test('series that relabelling makes equal are one, with the first of their values', () => {
    const relabelled = createSentLabels([], () => [['__name__', 'same']]);
    const map: Mapping = ({id}) => [sample('a', id), sample('b', -id)];
    const series = seriesOf([rowAt(1, 1000), rowAt(2, 2000)], map, relabelled);
    expect(shown(series)).toEqual({same: '1@1000 2@2000'});
    expect(series[0]?.help).toBe('Help of a.');
  });

  test('each series is relabelled once', () => {
    const relabel = vi.fn((labels: Labels) => (labels[0]?.[1] === 'a' ? labels : undefined));
    const rows = [1000, 2000, 3000].map((timeMs, id) => rowAt(id, timeMs));
    const map: Mapping = () => [sample('a', 1, [['isp', 'x']]), sample('b', 1, [['isp', 'x']])];
    const series = seriesOf(rows, map, createSentLabels([], relabel));
    expect(shown(series)).toEqual({'a isp=x': '1@1000 1@2000 1@3000'});
    expect(relabel).toHaveBeenCalledTimes(2);
  });

  test('label sets are told apart whatever their values hold', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', ',', '[', ']', '\\', '\0', 'a', '\u{1f600}'),
      minLength: 1,
    });
    const pairs = fc.uniqueArray(fc.tuple(text, text), {selector: (pair) => JSON.stringify(pair)});
    fc.assert(
      fc.property(pairs, (sets) => {
        const map: Mapping = () =>
          sets.map(([a, b]) =>
            sample('m', 1, [
              ['a', a],
              ['b', b],
            ]),
          );
        expect(seriesOf([rowAt(1, 0)], map)).toHaveLength(sets.length);
      }),
    );
  });
});

describe('stale markers', () => {
  const isp = (name: string): Labels => [['isp', name]];
  /** Each result's samples, by the result's number. */
  const mapOf =
    (...samples: (readonly Sample[])[]): Mapping =>
    ({id}) =>
      samples[id] ?? [];

  test('a series that the next result has no value for ends with it', () => {
    const map = mapOf([sample('a', 1), sample('b', 1)], [sample('a', 2)], [sample('a', 3), sample('b', 3)]);
    const rows = [rowAt(0, 1000), rowAt(1, 2000), rowAt(2, 3000)];
    expect(shown(seriesOf(rows, map))).toEqual({
      a: '1@1000 2@2000 3@3000',
      b: '1@1000 stale@2000 3@3000',
    });
  });

  test('a series whose labels change ends once', () => {
    const map = mapOf([sample('a', 1, isp('x'))], [sample('a', 2, isp('y'))], [sample('a', 3, isp('y'))]);
    const rows = [rowAt(0, 1000), rowAt(1, 2000), rowAt(2, 3000)];
    expect(shown(seriesOf(rows, map))).toEqual({
      'a isp=x': '1@1000 stale@2000',
      'a isp=y': '2@2000 3@3000',
    });
  });

  /** What is live of a job: metrics of the provider `x`, unless others are named. */
  const live = (lastSampleMs: number, names: readonly string[], job = 'wan', own = isp('x')): LiveSeries => ({
    job,
    lastSampleMs,
    series: names.map((name) => nameOfLabels([['__name__', name], ...own])),
  });
  const first = mapOf([sample('a', 0, isp('x')), sample('c', 0, isp('x'))]);

  test('what is live and what the next result has not ends with it, whatever mapping it came from', () => {
    const {series, live: after} = seriesOfBatch([rowAt(0, 1000)], first, asTheyAre, [
      live(500, ['a', 'b']),
      live(500, ['b'], 'lan', isp('z')),
    ]);
    expect(shown(series)).toEqual({'a isp=x': '0@1000', 'c isp=x': '0@1000', 'b isp=x': 'stale@1000'});
    expect(after).toEqual([live(1000, ['a', 'c'])]);
  });

  test('a series does not end before its last sample, but with a later result', () => {
    const map = mapOf([sample('a', 0, isp('x'))], [sample('a', 1, isp('x'))]);
    const early = seriesOfBatch([rowAt(0, 1000)], map, asTheyAre, [live(1000, ['b'])]);
    expect(shown(early.series)).toEqual({'a isp=x': '0@1000'});
    expect(early.live).toEqual([live(1000, ['a', 'b'])]);
    const both = seriesOfBatch([rowAt(0, 1000), rowAt(1, 2000)], map, asTheyAre, [live(1500, ['b'])]);
    expect(shown(both.series)).toEqual({'a isp=x': '0@1000 1@2000', 'b isp=x': 'stale@2000'});
    expect(both.live).toEqual([live(2000, ['a'])]);
  });

  test('history in the batch of a live result ends nothing that is live; the live result does', () => {
    const map = mapOf(
      [sample('a', 0, isp('old'))],
      [sample('a', 1, isp('older'))],
      [sample('a', 2, isp('new'))],
    );
    const rows = [rowAt(2, 3000), rowAt(0, 200), rowAt(1, 100)];
    const {series, live: after} = seriesOfBatch(rows, map, asTheyAre, [live(2000, ['a'])]);
    expect(shown(series)).toEqual({
      'a isp=older': '1@100 stale@200',
      'a isp=old': '0@200 stale@3000',
      'a isp=new': '2@3000',
      'a isp=x': 'stale@3000',
    });
    expect(after).toEqual([live(3000, ['a'], 'wan', isp('new'))]);
  });

  test('what another job has as well is not ended', () => {
    const {series} = seriesOfBatch([rowAt(0, 1000)], mapOf([]), asTheyAre, [
      live(500, ['a', 'b']),
      live(500, ['b'], 'lan'),
    ]);
    expect(shown(series)).toEqual({'a isp=x': 'stale@1000'});
  });

  test('a name that came to harm is passed over', () => {
    const harmed = {job: 'wan', lastSampleMs: 1, series: ['', '{', '[]', '[["a"]]', '[["a", 1]]', 'null']};
    const {series, live: after} = seriesOfBatch([rowAt(0, 1000)], first, asTheyAre, [harmed]);
    expect(shown(series)).toEqual({'a isp=x': '0@1000', 'c isp=x': '0@1000'});
    expect(after).toEqual([live(1000, ['a', 'c'])]);
  });

  test('a series that had ended and comes back has its help', () => {
    const map = mapOf([], [sample('a', 1, isp('x'))]);
    const {series} = seriesOfBatch([rowAt(0, 1000), rowAt(1, 2000)], map, asTheyAre, [live(500, ['a'])]);
    expect(shown(series)).toEqual({'a isp=x': 'stale@1000 1@2000'});
    expect(series.map(({help}) => help)).toEqual(['Help of a.']);
  });

  test('what another job still has at that time is not ended', () => {
    const map = mapOf([sample('a', 0)], [], [sample('a', 2)]);
    const rows = [rowAt(0, 1000), rowAt(1, 2000), rowAt(2, 2000, 'lan')];
    expect(shown(seriesOf(rows, map))).toEqual({a: '0@1000 2@2000'});
    expect(shown(seriesOf(rows.toReversed(), map))).toEqual({a: '0@1000 2@2000'});
  });

  test('a result of the same millisecond ends nothing, for there the series has a value; a later one does', () => {
    const map = mapOf([sample('a', 0)], [], []);
    const {series, live: after} = seriesOfBatch([rowAt(0, 1000), rowAt(1, 1000)], map, asTheyAre, []);
    expect(shown(series)).toEqual({a: '0@1000'});
    expect(shown(seriesOfBatch([rowAt(2, 2000)], map, asTheyAre, after).series)).toEqual({a: 'stale@2000'});
  });

  test('a series that is not sent is not ended', () => {
    const drop = createSentLabels([], () => undefined);
    const rows = [rowAt(0, 1000), rowAt(1, 2000)];
    expect(seriesOfBatch(rows, mapOf([sample('a', 1)], []), drop, [])).toEqual({
      series: [],
      live: [{job: 'wan', lastSampleMs: 2000, series: []}],
    });
  });

  test('depend on the results, and not on how they are batched', () => {
    const names = ['a', 'b', 'c'];
    const result = fc.record({
      job: fc.constantFrom('wan', 'lan'),
      afterMs: fc.integer({min: 1, max: 5000}),
      provider: fc.constantFrom('x', 'y'),
      metrics: fc.subarray(names),
      startsBatch: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(result, {maxLength: 12}), (results) => {
        const timeMs = (id: number) => results.slice(0, id + 1).reduce((sum, {afterMs}) => sum + afterMs, 0);
        const rows = results.map(({job}, id) => rowAt(id, timeMs(id), job));
        const map: Mapping = ({id, result: {job}}) =>
          (results[id]?.metrics ?? []).map((name) =>
            sample(name, id, [
              ['isp', results[id]?.provider ?? ''],
              ['job_name', job],
            ]),
          );
        const previous = ({id, result: {job}}: JournalRow) =>
          rows.slice(0, id).findLast((row) => row.result.job === job);

        const batches: JournalRow[][] = [];
        for (const row of rows) {
          const open = batches.at(-1);
          if (open === undefined || results[row.id]?.startsBatch) batches.push([row]);
          else open.push(row);
        }
        let live: readonly LiveSeries[] = [];
        const sent = batches.flatMap((batch) => {
          const next = seriesOfBatch(batch, map, asTheyAre, live);
          live = [...live.filter(({job}) => next.live.every((each) => each.job !== job)), ...next.live];
          return next.series;
        });

        const keysOf = (row: JournalRow): readonly string[] => seriesNames(row, map, asTheyAre);
        for (const {job, series} of live) {
          const last = rows.findLast((row) => row.result.job === job);
          expect(series).toEqual(last && keysOf(last));
        }
        const expected = new Map<string, Point[]>();
        for (const row of rows) {
          const keys = keysOf(row);
          const before = previous(row);
          const ended = before === undefined ? [] : keysOf(before).filter((key) => !keys.includes(key));
          const timestampMs = row.result.endedAtMs;
          const points = [
            ...keys.map((key) => [key, {value: row.id, timestampMs}] as const),
            ...ended.map((key) => [key, {value: 'stale', timestampMs} as const] as const),
          ];
          for (const [key, point] of points) expected.set(key, [...(expected.get(key) ?? []), point]);
        }
        const actual = new Map<string, Point[]>();
        for (const {labels, ...points} of sent) {
          const key = JSON.stringify(labels);
          actual.set(key, [...(actual.get(key) ?? []), ...pointsOf(points)]);
        }
        expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
      }),
    );
  });
});

describe('series at one time', () => {
  const map: Mapping = ({id, result: {job}}) => [sample('a', id, [['job_name', job]]), sample('b', id)];
  const rows = [rowAt(1, 1000), rowAt(2, 2000, 'lan')];

  test('with their values, the first row before the second', () => {
    expect(shown(seriesAt(rows, [], map, asTheyAre, 9000))).toEqual({
      'a job_name=wan': '1@9000',
      'a job_name=lan': '2@9000',
      b: '1@9000',
    });
  });

  test('beside the stale markers of those that end, unless they have a value', () => {
    const names = seriesNames(rowAt(1, 1000), map, asTheyAre);
    expect(names).toHaveLength(2);
    expect(shown(seriesAt([], names, map, asTheyAre, 9000))).toEqual({
      'a job_name=wan': 'stale@9000',
      b: 'stale@9000',
    });
    expect(shown(seriesAt([rowAt(2, 2000, 'lan')], [...names, 'no name'], map, asTheyAre, 9000))).toEqual({
      'a job_name=lan': '2@9000',
      'a job_name=wan': 'stale@9000',
      b: '2@9000',
    });
  });
});

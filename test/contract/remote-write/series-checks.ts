import {expect} from 'vitest';
import {type DecodedSeries, decode, labelsOf, nameOf, samplesOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {startScrapes} from './scrapes-sender.ts';
import {bothSenders, type Check, type Checks, type Subject, take, withSending} from './subject.ts';
import {external, gauges, lastMs, manyLabels, startMs, texts, tourTimesMs} from './tour.ts';

const allSeries = async ({tour}: Subject): Promise<readonly DecodedSeries[]> =>
  (await tour()).decoded.flatMap(({series}) => series);

const allNames = async (subject: Subject): Promise<readonly (readonly string[])[]> =>
  (await allSeries(subject)).map(({labels}) => labels.map(([name]) => name));

const own = {
  results: {},
  scrapes: {instance: 'home', job: 'node'},
} as const;

const withoutEmpty = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));

const keepsOrder: Check = async (subject) => {
  const newest = new Map<string, number>();
  for (const {labels, samples} of await allSeries(subject)) {
    const key = JSON.stringify(labels);
    for (const {timestampMs} of samples) {
      expect(timestampMs).toBeGreaterThan(newest.get(key) ?? -Infinity);
      newest.set(key, timestampMs);
    }
  }
  expect(newest.size).toBeGreaterThan(gauges.length);
};

/** A target whose samples have times of their own, some of which go back. */
const keepsOrderOfPages: Check = async (subject) => {
  await keepsOrder(subject);
  const at = (seconds: number): number => startMs + seconds * 1000;
  const sample = (name: string, value: number, seconds: number): string =>
    `${name} ${value} ${at(seconds) / 1000}`;
  const pages = [
    [sample('a', 1, 5), 'b 1', 'c 1'],
    [sample('a', 2, 4), sample('b', 2, 14), 'c 2'],
    [sample('a', 3, 29), sample('b', 3, 13), sample('c', 3, 100)],
    [sample('a', 4, 29), 'b 4', 'c 4', 'd 4'],
    ['c 5', sample('d', 5, 40), sample('a', 5, -7)],
    ['c 6', 'd 6', 'a 6'],
  ];
  const {version} = subject;
  await withSending(startScrapes, {version, respond: take}, async ({scrape, settled}, {requests}) => {
    for (const [index, lines] of pages.entries())
      await scrape(at(index * 15), [...lines, '# EOF', ''].join('\n'));
    await scrape(at(105), 'c 7\n# EOF\n');
    await settled();
    const sent = (name: string): readonly string[] =>
      samplesOf(requests.map(decode), name).filter((text) => !text.startsWith('stale'));
    expect(sent('a')).toEqual([`1@${at(5)}`, `3@${at(29)}`, `4@${at(29)}`, `6@${at(75)}`]);
    expect(sent('b')).toEqual([`1@${at(0)}`, `2@${at(14)}`, `4@${at(45)}`]);
    expect(sent('c')).toEqual([`1@${at(0)}`, `2@${at(15)}`, `3@${at(100)}`, `7@${at(105)}`]);
    expect(sent('d')).toEqual([`4@${at(45)}`, `6@${at(75)}`]);
  });
};

/** What series are: their labels, their symbols, and the order of their samples. */
export const seriesChecks = {
  completeLabels: bothSenders(async (subject) => {
    const series = await allSeries(subject);
    for (const {name, labels} of gauges) {
      const complete = {Zone: 'first', ...external, ...own[subject.sender.name], ...labels, __name__: name};
      const same = series.filter(
        (each) => nameOf(each) === name && (labels['place'] ?? '') === (labelsOf(each)['place'] ?? ''),
      );
      expect(same.length).toBeGreaterThan(tourTimesMs.length);
      for (const each of same) expect(labelsOf(each)).toEqual(withoutEmpty(complete));
    }
  }),
  name: bothSenders(async (subject) => {
    for (const names of await allNames(subject)) expect(names).toContain('__name__');
  }),
  uniqueLabels: bothSenders(async (subject) => {
    for (const names of await allNames(subject)) expect(new Set(names).size).toBe(names.length);
  }),
  sortedLabels: bothSenders(async (subject) => {
    for (const names of await allNames(subject))
      expect(names).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }),
  emptyLabels: bothSenders(async (subject) => {
    for (const {labels} of await allSeries(subject)) expect(labels.flat()).not.toContain('');
  }),
  metricNames: bothSenders(async (subject) => {
    const names = new Set((await allSeries(subject)).map(nameOf));
    expect(names).toContain('colon:name');
    for (const name of names) expect(name).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
  }),
  labelNames: bothSenders(async (subject) => {
    const names = new Set((await allNames(subject)).flat());
    expect(names.size).toBeGreaterThan(1000);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
  }),
  labelValues: bothSenders(async (subject) => {
    const series = await allSeries(subject);
    for (const text of texts)
      expect(series.filter((each) => labelsOf(each)['text'] === text)).toHaveLength(tourTimesMs.length + 1);
    const many = series.filter((each) => nameOf(each) === 'many').map(labelsOf);
    expect(many).toHaveLength(tourTimesMs.length + 1);
    for (const labels of many) expect(labels).toMatchObject(manyLabels);
  }),
  reservedNames: bothSenders(async (subject) => {
    const reserved = (await allNames(subject)).flat().filter((name) => name.startsWith('__'));
    expect(new Set(reserved)).toEqual(new Set(['__name__']));
  }),
  order: {results: keepsOrder, scrapes: keepsOrderOfPages},
  staleVanished: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    const [last = 0] = tourTimesMs.slice(-1);
    expect(samplesOf(decoded, 'passing')).toEqual([
      ...tourTimesMs.slice(0, -1).map((timeMs) => `4@${timeMs}`),
      `stale@${last}`,
    ]);
    expect(samplesOf(decoded, 'many').at(-1)).toBe(`stale@${lastMs}`);
    expect(samplesOf(decoded, 'lasting_seconds').at(-1)).toBe(`5@${lastMs}`);
  }),
  manySeries: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    // Each time's samples are one request, and so are those of the last and the ends of all others.
    expect(decoded).toHaveLength(tourTimesMs.length + 1);
    for (const {series} of decoded) expect(series.length).toBeGreaterThan(gauges.length - 1);
  }),
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;

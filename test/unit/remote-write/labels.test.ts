import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Labels} from '../../../src/metrics/sample.ts';
import {createScrapedLabels, createSentLabels} from '../../../src/remote-write/labels.ts';

test('external labels are added; a label of the series itself stays; an empty one is left out', () => {
  const external: Labels = [
    ['job', 'speedtest'],
    ['isp', 'other'],
    ['__name__', 'other'],
    ['site', ''],
    ['Zone', 'z'],
  ];
  expect(createSentLabels(external)('up', [['isp', 'own']])).toEqual([
    ['Zone', 'z'],
    ['__name__', 'up'],
    ['isp', 'own'],
    ['job', 'speedtest'],
  ]);
});

test('relabelling is given the complete label set', () => {
  const given: Labels[] = [];
  const sentLabels = createSentLabels([['job', 'speedtest']], (labels) => {
    given.push(labels);
    return [
      ['__name__', 'down'],
      ['site', 'home'],
    ];
  });
  expect(sentLabels('up', [['isp', 'x']])).toEqual([
    ['__name__', 'down'],
    ['site', 'home'],
  ]);
  expect(given).toEqual([
    [
      ['__name__', 'up'],
      ['isp', 'x'],
      ['job', 'speedtest'],
    ],
  ]);
});

test('a series that relabelling drops, or leaves without a label, is not sent', () => {
  expect(createSentLabels([], () => undefined)('up', [])).toBeUndefined();
  expect(createSentLabels([], () => [])('up', [])).toBeUndefined();
  expect(createSentLabels([], () => [['__tmp', 'x']])('up', [])).toBeUndefined();
});

test('labels that begin with two underscores are not sent, but for the name', () => {
  const relabel = (labels: Labels): Labels => [['__a', '1'], ...labels, ['__tmp_b', '2'], ['_c', '3']];
  expect(createSentLabels([], relabel)('up', [])).toEqual([
    ['__name__', 'up'],
    ['_c', '3'],
  ]);
});

test("keeps the specification's rules for labels", () => {
  const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
  const labels = fc.dictionary(name, fc.string(), {maxKeys: 6}).map((values) => Object.entries(values));
  fc.assert(
    fc.property(name, labels, labels, (metric, own, external) => {
      const sent = createSentLabels(external)(metric, own) ?? [];
      const names = sent.map(([label]) => label);
      expect(names).toEqual([...new Set(names)].sort());
      expect(sent).toContainEqual(['__name__', metric]);
      expect(sent.every(([label, value]) => label !== '' && value !== '')).toBe(true);
    }),
  );
});

test('a scraped label set gets the same labels as any other', () => {
  // UTF-16 has the last two in the other order than UTF-8.
  const name = fc.constantFrom('Zone', '_a', 'instance', 'job', 'site', 'z', '\uffee', '😀');
  const anyLabels = fc
    .dictionary(name, fc.constantFrom('', 'x', 'y'))
    .map((given): Labels => Object.entries(given));
  fc.assert(
    fc.property(anyLabels, anyLabels, (own, external) => {
      const scraped = [...own, ['__name__', 'up'] as const]
        .filter(([, value]) => value !== '')
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const sent = createScrapedLabels(external)(scraped);
      expect(sent).toEqual(createSentLabels(external)('up', scraped));
      const names = sent?.map(([label]) => Buffer.from(label)) ?? [];
      expect(names).toEqual(names.toSorted(Buffer.compare));
    }),
  );
});

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {legacyLabels} from '../../../src/remote-write/legacy-labels.ts';

test('labels whose names are valid are the very list', () => {
  const labels = [
    ['__name__', 'a:b'],
    ['place', 'ä.ö'],
  ] as const;
  expect(legacyLabels(labels)).toBe(labels);
});

test.each([
  ['metric.name', 'metric_name'],
  ['9lives', '_lives'],
  ['a:b.c', 'a:b_c'],
  ['名前', '__'],
  ['\u{1f4e1}', '_'],
])('the metric %s becomes %s', (name, expected) => {
  expect(legacyLabels([['__name__', name]])).toEqual([['__name__', expected]]);
});

test('any names become valid ones, sorted and each once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({minLength: 1, unit: 'binary'}), fc.string())), (given) => {
      const names = legacyLabels([['__name__', 'a-b'], ...given]).map(([name]) => name);
      for (const name of names) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      expect(names).toEqual([...new Set(names)].toSorted());
    }),
  );
});

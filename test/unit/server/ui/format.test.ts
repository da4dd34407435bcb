import {expect, test} from 'vitest';
import {duration, inWords, rate} from '../../../../src/quantity.ts';
import {ago, asLabel, percent, until} from '../../../../src/server/ui/format.ts';

test('percentages have no needless decimals', () => {
  expect([0, 0.456, 100].map((value) => inWords(percent(value)))).toEqual(['0 %', '0.46 %', '100 %']);
});

test('labels of axes have no needless zeros', () => {
  expect([125_000_000, 156_250_000, 1_250_000_000, 12_500].map((value) => asLabel(rate(value)))).toEqual([
    '1 Gbit/s',
    '1.25 Gbit/s',
    '10 Gbit/s',
    '100 kbit/s',
  ]);
});

test('times are told in one unit, rounded down', () => {
  expect(
    [0, 59_999, 60_000, 119 * 60_000, 120 * 60_000, 47.9 * 3_600_000, 48 * 3_600_000].map(duration),
  ).toEqual(['0 s', '59 s', '1 min', '119 min', '2 h', '47 h', '2 d']);
});

test('a clock that is a little behind says nothing odd', () => {
  expect(ago(100_000, 98_000)).toBe('just now');
  expect(ago(100_000, 160_000)).toBe('1 min ago');
  expect(until(100_000, 100_001)).toBe('due now');
  expect(until(100_000, 40_000)).toBe('in 1 min');
});

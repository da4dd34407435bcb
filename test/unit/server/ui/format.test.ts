import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
  ago,
  asLabel,
  duration,
  inWords,
  milliseconds,
  percent,
  rate,
  until,
  volume,
} from '../../../../src/server/ui/format.ts';

test.each([
  [0, '0 bit/s'],
  [6_500, '52.0 kbit/s'],
  [117_654_321.25, '941 Mbit/s'],
  [124_999_999, '1.00 Gbit/s'],
  [312_500_000, '2.50 Gbit/s'],
])('%d bytes per second are %s', (bytesPerSecond, words) => {
  expect(inWords(rate(bytesPerSecond))).toBe(words);
});

test('volumes, latencies and percentages have units', () => {
  expect(inWords(volume(1_500_000))).toBe('1.50 MB');
  expect([0.214, 9.996, 12.34, 99.96, 152].map((ms) => inWords(milliseconds(ms)))).toEqual([
    '0.21 ms',
    '10.0 ms',
    '12.3 ms',
    '100 ms',
    '152 ms',
  ]);
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

test('a rate has three digits at most, whatever it is', () => {
  fc.assert(
    fc.property(fc.double({min: 125, max: 1e13, noNaN: true}), (bytesPerSecond) => {
      expect(rate(bytesPerSecond).digits.replace('.', '')).toMatch(/^\d{1,3}$/);
    }),
  );
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

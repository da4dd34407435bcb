import fc from 'fast-check';
import {expect, test} from 'vitest';
import {inWords, milliseconds, rate, volume} from '../../src/quantity.ts';

test.each([
  [0, '0 bit/s'],
  [6_500, '52.0 kbit/s'],
  [117_654_321.25, '941 Mbit/s'],
  [124_999_999, '1.00 Gbit/s'],
  [312_500_000, '2.50 Gbit/s'],
])('%d bytes per second are %s', (bytesPerSecond, words) => {
  expect(inWords(rate(bytesPerSecond))).toBe(words);
});

test('volumes and latencies have units', () => {
  expect(inWords(volume(1_500_000))).toBe('1.50 MB');
  expect([0.214, 9.996, 12.34, 99.96, 152].map((ms) => inWords(milliseconds(ms)))).toEqual([
    '0.21 ms',
    '10.0 ms',
    '12.3 ms',
    '100 ms',
    '152 ms',
  ]);
});

test('a rate has three digits at most, whatever it is', () => {
  fc.assert(
    fc.property(fc.double({min: 125, max: 1e13, noNaN: true}), (bytesPerSecond) => {
      expect(rate(bytesPerSecond).digits.replace('.', '')).toMatch(/^\d{1,3}$/);
    }),
  );
});

import fc from 'fast-check';
import {expect, it} from 'vitest';
import {formatDuration, parseDuration} from '../../src/duration.ts';

it.each([
  ['0', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1d12h', 129_600_000],
  ['2w', 1_209_600_000],
  ['1y', 31_536_000_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each([
  '',
  '5',
  '-5s',
  '1.5s',
  '30m1h',
  '5s5s',
  ' 5s',
  '5 s',
  '5sec',
  's',
  '1e3s',
  '٣s',
  '99999999999999999y',
])('%j is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it('reads what it writes', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 10 ** 13}), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

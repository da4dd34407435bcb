import fc from 'fast-check';
import {expect, it} from 'vitest';
import {formatSize, parseSize} from '../../src/size.ts';

it.each([
  ['500MB', 500e6],
  ['50GB', 50e9],
  ['1TB', 1e12],
  ['1.5GB', 1.5e9],
  ['10 GiB', 10 * 2 ** 30],
  ['2TiB', 2 ** 41],
  ['64KiB', 65_536],
  ['7kB', 7000],
  ['12B', 12],
])('%s is %i bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

it.each([
  '',
  '0GB',
  '0.4B',
  '50',
  'GB',
  '-1GB',
  '1e3MB',
  '50gb',
  '50 Gb',
  '.5GB',
  '1,5GB',
  '50GB/month',
  '99999999TB',
])('%j is no size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [49_960_000_000, '49.96 GB'],
  [50e9, '50 GB'],
  [1.234e15, '1234 TB'],
])('%i bytes are written as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

it('reads what it writes, within its digits', () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 1e15}), (bytes) => {
      expect(Math.abs((parseSize(formatSize(bytes)) ?? 0) / bytes - 1)).toBeLessThan(0.0051);
    }),
  );
});

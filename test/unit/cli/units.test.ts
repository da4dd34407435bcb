import {expect, it} from 'vitest';
import {formatBytes, formatMs, formatRate} from '../../../src/cli/units.ts';

it.each([
  [0, '0 bit/s'],
  [1, '8 bit/s'],
  [124.9, '999 bit/s'],
  [124.95, '1.00 kbit/s'],
  [1249, '9.99 kbit/s'],
  [1250, '10.0 kbit/s'],
  [12_499, '100 kbit/s'],
  [117_654_321, '941 Mbit/s'],
  [3_125_000_000, '25.0 Gbit/s'],
  [1.25e15, '10000 Tbit/s'],
])('the rate %d', (bytesPerSecond, text) => {
  expect(formatRate(bytesPerSecond)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [999.6, '1.00 kB'],
  [825_200_000, '825 MB'],
  [999_960_000, '1.00 GB'],
  [4.2e13, '42.0 TB'],
])('the volume %d', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0, '0.00 ms'],
  [0.213, '0.21 ms'],
  [9.996, '10.0 ms'],
  [99.96, '100 ms'],
  [12_345, '12345 ms'],
])('the time %d', (ms, text) => {
  expect(formatMs(ms)).toBe(text);
});

import {expect, it} from 'vitest';
import {parseRate} from '../../../src/config/thresholds.ts';

it.each([
  ['100Mbps', 12.5e6],
  ['100 Mbit/s', 12.5e6],
  ['1.5Gbps', 187.5e6],
  ['800kbps', 1e5],
  ['12MB/s', 12e6],
  ['2.5GB/s', 2.5e9],
])('%s is %i bytes per second', (text, bytesPerSecond) => {
  expect(parseRate(text)).toBe(bytesPerSecond);
});

it.each(['', '100', 'Mbps', '100M', '100MBps', '100mbps', '-1Mbps', '1e3Mbps', '100Mbps/s', '1,5Gbps'])(
  '%j is no rate',
  (text) => {
    expect(parseRate(text)).toBeUndefined();
  },
);

import {expect, it} from 'vitest';
import {isHealthy, type Thresholds} from '../../../src/job/health.ts';
import type {Measurement} from '../../../src/result.ts';
import {fullMeasurement} from '../../fixtures/results.ts';

const line: Measurement = {
  ...fullMeasurement,
  download: {bytesPerSecond: 12_500_000},
  upload: {bytesPerSecond: 2_500_000},
  ping: {latencyMs: 50},
  packetLossPercent: 1,
};
const {packetLossPercent: _, ...lossless} = line;

it.each<[string, Measurement, Thresholds, boolean | undefined]>([
  ['unknown without thresholds', line, {}, undefined],
  [
    'healthy where it just meets them',
    line,
    {downloadBytesPerSecond: 12.5e6, uploadBytesPerSecond: 2.5e6, latencyMs: 50, packetLossPercent: 1},
    true,
  ],
  ['unhealthy by its download', line, {downloadBytesPerSecond: 12.6e6}, false],
  ['unhealthy by its upload', line, {downloadBytesPerSecond: 1, uploadBytesPerSecond: 2.6e6}, false],
  ['unhealthy by its latency', line, {downloadBytesPerSecond: 1, latencyMs: 49.9}, false],
  ['unhealthy by its loss', line, {downloadBytesPerSecond: 1, packetLossPercent: 0}, false],
  ['judged by what was measured', lossless, {latencyMs: 50, packetLossPercent: 0}, true],
  ['unknown where nothing was measured that counts', lossless, {packetLossPercent: 0}, undefined],
])('a line is %s', (_what, measured, thresholds, expected) => {
  expect(isHealthy(measured, thresholds)).toBe(expected);
});

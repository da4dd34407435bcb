import {expect, test} from 'vitest';
import {missedThresholds, verdictOf} from '../../../../src/server/ui/verdict.ts';
import {completed, failed, fullMeasurement, skipped} from '../../../fixtures/results.ts';

test('missed thresholds are named with their limits', () => {
  expect(
    missedThresholds(fullMeasurement, {
      downloadBytesPerSecond: 125_000_000,
      uploadBytesPerSecond: 1,
      pingMs: 5,
      packetLossPercent: 0.25,
    }),
  ).toEqual(['Download below 1.00 Gbit/s', 'Ping above 5.00 ms', 'Loss above 0.25 %']);
});

test('what was not measured misses nothing', () => {
  const {engine, server} = fullMeasurement;
  expect(missedThresholds({engine, server}, {downloadBytesPerSecond: 1, pingMs: 1})).toEqual([]);
});

test('each kind of result has its word', () => {
  expect(verdictOf(undefined)).toEqual({tone: 'plain', word: 'No result yet'});
  expect(verdictOf({...completed(), id: 1})).toEqual({tone: 'plain', word: 'Completed'});
  expect(verdictOf({...completed({healthy: true}), id: 1})).toEqual({tone: 'good', word: 'Healthy'});
  expect(verdictOf({...completed({healthy: false}), id: 1}, {pingMs: 1})).toEqual({
    tone: 'warn',
    word: 'Unhealthy',
    why: 'Ping above 1.00 ms',
  });
  // The thresholds have changed since.
  expect(verdictOf({...completed({healthy: false}), id: 1})).toEqual({tone: 'warn', word: 'Unhealthy'});
  expect(verdictOf({...failed(), id: 1})).toEqual({
    tone: 'bad',
    word: 'Failed',
    why: 'The test took too long',
    detail: 'no result within 120 s',
  });
  expect(verdictOf({...skipped(), id: 1})).toMatchObject({tone: 'plain', word: 'Skipped'});
});

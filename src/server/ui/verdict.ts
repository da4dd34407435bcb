import {inWords, milliseconds, rate} from '../../quantity.ts';
import type {FailureClass, Measurement, SkipClass} from '../../result.ts';
import type {StoredResult, Thresholds} from '../api/shapes.ts';
import {percent} from './format.ts';

/** What stands beside a result: its colour, its word, and what there is to say beyond that. */
export interface Verdict {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly word: string;
  /** Why it is not good, in plain words. */
  readonly why?: string;
  /** The words of whoever said no. */
  readonly detail?: string;
}

const failureWords: Readonly<Record<FailureClass, string>> = {
  'not-installed': 'The test program is not installed',
  'licence-not-accepted': "The test program's licence is not accepted",
  'no-server': 'No test server was found',
  refused: 'The server refused the test',
  'rate-limited': 'Too many tests for the server',
  timeout: 'The test took too long',
  killed: 'The test program was ended',
  'bad-output': "The test program's answer can't be read",
  'no-network': 'No network',
  dns: "The server's name can't be resolved",
  tls: 'No secure connection',
  connection: 'The connection failed',
  interrupted: 'The bridge was stopped',
  internal: 'An error in the bridge',
};

const skipWords: Readonly<Record<SkipClass, string>> = {
  overlap: 'The last test was still running',
  missed: 'The bridge was asleep',
  budget: 'The data budget is used up',
};

/** The thresholds that a measurement misses, in words. */
export const missedThresholds = (measured: Measurement, thresholds: Thresholds): readonly string[] => {
  const checks = [
    {
      name: 'Download',
      value: measured.download?.bytesPerSecond,
      least: thresholds.downloadBytesPerSecond,
      say: rate,
    },
    {
      name: 'Upload',
      value: measured.upload?.bytesPerSecond,
      least: thresholds.uploadBytesPerSecond,
      say: rate,
    },
    {name: 'Ping', value: measured.ping?.latencyMs, most: thresholds.pingMs, say: milliseconds},
    {name: 'Loss', value: measured.packetLossPercent, most: thresholds.packetLossPercent, say: percent},
  ];
  return checks.flatMap(({name, value, least, most, say}) => {
    if (value === undefined) return [];
    if (least !== undefined && value < least) return [`${name} below ${inWords(say(least))}`];
    if (most !== undefined && value > most) return [`${name} above ${inWords(say(most))}`];
    return [];
  });
};

/** A result in a word, and why: the thresholds that were missed, or what failed. */
export const verdictOf = (result: StoredResult | undefined, thresholds: Thresholds = {}): Verdict => {
  if (result === undefined) return {tone: 'plain', word: 'No result yet'};
  switch (result.status) {
    case 'completed': {
      if (result.healthy === undefined) return {tone: 'plain', word: 'Completed'};
      if (result.healthy) return {tone: 'good', word: 'Healthy'};
      // The thresholds may have changed since.
      const missed = missedThresholds(result.measurement, thresholds);
      return {tone: 'warn', word: 'Unhealthy', ...(missed.length > 0 && {why: missed.join(', ')})};
    }
    case 'failed': {
      const {class: failureClass, reason} = result.failure;
      return {tone: 'bad', word: 'Failed', why: failureWords[failureClass], detail: reason};
    }
    case 'skipped': {
      const {class: skipClass, reason} = result.skip;
      return {tone: 'plain', word: 'Skipped', why: skipWords[skipClass], detail: reason};
    }
    default:
      return result satisfies never;
  }
};

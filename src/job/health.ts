import type {Measurement} from '../result.ts';

/** What a healthy line reaches, each where it is asked for. Met by the value itself. */
export interface Thresholds {
  /** At least. */
  readonly downloadBytesPerSecond?: number;
  readonly uploadBytesPerSecond?: number;
  /** At most. */
  readonly latencyMs?: number;
  readonly packetLossPercent?: number;
}

interface Check {
  readonly value: (measured: Measurement) => number | undefined;
  readonly limit: (thresholds: Thresholds) => number | undefined;
  readonly isMet: (value: number, limit: number) => boolean;
}

const atLeast: Check['isMet'] = (value, limit) => value >= limit;
const atMost: Check['isMet'] = (value, limit) => value <= limit;

const checks: readonly Check[] = [
  {value: (m) => m.download?.bytesPerSecond, limit: (t) => t.downloadBytesPerSecond, isMet: atLeast},
  {value: (m) => m.upload?.bytesPerSecond, limit: (t) => t.uploadBytesPerSecond, isMet: atLeast},
  {value: (m) => m.ping?.latencyMs, limit: (t) => t.latencyMs, isMet: atMost},
  {value: (m) => m.packetLossPercent, limit: (t) => t.packetLossPercent, isMet: atMost},
];

/**
 * Whether a measurement meets all thresholds. One for a value that was not measured is left out: not every engine measures
 * every value. Undefined where that leaves none.
 */
export const isHealthy = (measured: Measurement, thresholds: Thresholds): boolean | undefined => {
  const verdicts = checks.flatMap(({value, limit, isMet}) => {
    const [found, set] = [value(measured), limit(thresholds)];
    return found === undefined || set === undefined ? [] : [isMet(found, set)];
  });
  return verdicts.length === 0 ? undefined : verdicts.every(Boolean);
};

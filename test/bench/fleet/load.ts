import type {Received} from './receiver.ts';

/** What one request takes. */
export interface Cost {
  readonly samples: number;
  readonly bytes: number;
}

/** The mean of the requests that came between two counts. */
export const cost = (before: Received, after: Received): Cost => {
  const requests = after.requests - before.requests;
  return {
    samples: (after.samples - before.samples) / requests,
    bytes: (after.bytes - before.bytes) / requests,
  };
};

/** What a fleet has its receiver take: means over the day, of three digits. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly samplesPerSecond: number;
  readonly gigabytesPerDay: number;
}

const rounded = (value: number): number => Number.parseFloat(value.toPrecision(3));
const secondsInDay = 86_400;

/** The load by hourly tests and, where a repetition's cost is given, by one repetition a minute. */
export const loadOf = (probes: number, result: Cost, repetition?: Cost): Load => {
  const perDay = (count: number, {samples, bytes}: Cost) => ({
    requests: count,
    samples: count * samples,
    bytes: count * bytes,
  });
  const parts = [perDay(24, result), ...(repetition ? [perDay(24 * 60, repetition)] : [])];
  const sum = (of: 'requests' | 'samples' | 'bytes'): number =>
    probes * parts.reduce((total, part) => total + part[of], 0);
  return {
    requestsPerSecond: rounded(sum('requests') / secondsInDay),
    samplesPerSecond: rounded(sum('samples') / secondsInDay),
    gigabytesPerDay: rounded(sum('bytes') / 1e9),
  };
};

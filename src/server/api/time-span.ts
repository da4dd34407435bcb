import {hourMs} from '../../journal/hours.ts';

const dayMs = 24 * hourMs;

/** Up to this long, results are read themselves; beyond it, the sums of each hour. */
const longestExactMs = 2 * dayMs;

/** A range of time cut into steps, Unix milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly exact: boolean;
}

const unitOf = (spanMs: number): number => (spanMs <= longestExactMs ? 1000 : hourMs);

/** The range as the series of it begin: with whole hours where it is long. In one step. */
export const wholeSpan = (fromMs: number, toMs: number): TimeSpan => {
  const exact = toMs - fromMs <= longestExactMs;
  const start = exact ? fromMs : Math.floor(fromMs / hourMs) * hourMs;
  return {fromMs: start, toMs, stepMs: toMs - start, exact};
};

/**
 * Cuts a range into at most `points` steps, of whole seconds, or hours where the range is long. They begin at multiples of
 * their length, so that they stay where they are as time moves on.
 * @param points at least 2.
 */
export const cutSpan = (fromMs: number, toMs: number, points: number): TimeSpan => {
  const unitMs = unitOf(toMs - fromMs);
  // One step fewer, for the first one may begin before the range.
  const stepMs = Math.max(1, Math.ceil((toMs - fromMs) / (points - 1) / unitMs)) * unitMs;
  return {fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs, stepMs, exact: unitMs < hourMs};
};

/** What a range is where its start or its end is not given: the last day. */
export const spanOrDay = (
  from: number | undefined,
  to: number | undefined,
  nowMs: number,
): {readonly fromMs: number; readonly toMs: number} => {
  const toMs = to ?? Math.max(nowMs, from === undefined ? 0 : from + 1);
  return {fromMs: from ?? Math.max(0, toMs - dayMs), toMs};
};

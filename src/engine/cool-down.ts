import type {CoolDown} from '../result.ts';

const shortestMs = 15 * 60_000;

/** The longest cool-down, in milliseconds. */
export const longestCoolDownMs = 24 * 3_600_000;

/**
 * The cool-down of an engine that was rate limited at `atMs` (Unix milliseconds): a quarter of an hour, or twice the
 * last one where it has not worked since then, and at most a day.
 */
export const coolDownAfter = (last: CoolDown | undefined, atMs: number): CoolDown => {
  const lengthMs = last === undefined ? shortestMs : Math.min(2 * last.lengthMs, longestCoolDownMs);
  return {untilMs: atMs + lengthMs, lengthMs};
};

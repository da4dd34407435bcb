import {createLimiter} from '../limiter.ts';

/** How often a refusal is logged at most, in milliseconds. */
const everyMs = 60_000;

/**
 * Builds the log of refused requests: at most one line a minute, so that a stranger who keeps asking can't fill a disk.
 * A line tells how many refusals went unlogged since the one before it. `nowMs` reads a clock that only goes forward.
 */
export const createRefusalLog = (
  warn: (message: string) => void,
  nowMs?: () => number,
): ((reason: string) => void) => {
  const limiter = createLimiter(everyMs, nowMs);
  return (reason) => {
    const unlogged = limiter.next();
    if (unlogged === undefined) return;
    warn(`request refused: ${reason}${unlogged > 0 ? `; ${unlogged} more since the last such line` : ''}`);
  };
};

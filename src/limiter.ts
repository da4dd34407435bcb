/** Lets one event through in each span of time, and counts those that it holds back. */
export interface Limiter {
  /** How many events were held back since the last that was let through; undefined where this one is held back too. */
  next(): number | undefined;
}

/** @param nowMs a clock that only goes forward, in milliseconds. */
export const createLimiter = (everyMs: number, nowMs = (): number => performance.now()): Limiter => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let heldBack = 0;
  return {
    next: () => {
      const atMs = nowMs();
      if (atMs - lastMs < everyMs) {
        heldBack += 1;
        return undefined;
      }
      const before = heldBack;
      lastMs = atMs;
      heldBack = 0;
      return before;
    },
  };
};

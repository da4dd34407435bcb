/** The system's timers are late by a millisecond or two: for that long it is waited awake. */
const awakeMs = 2;

/** Calls `then` at `dueMs` of `performance.now()`, to some hundredths of a millisecond. */
export const onTime = (dueMs: number, then: () => void): void => {
  const leftMs = dueMs - performance.now();
  if (leftMs <= 0) then();
  else if (leftMs > awakeMs) setTimeout(onTime, leftMs - awakeMs, dueMs, then);
  else setImmediate(onTime, dueMs, then);
};

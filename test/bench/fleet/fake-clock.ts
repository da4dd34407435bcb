/** The time of a process that simulates. It stands still but for `advanceTo`. */
export interface FakeClock {
  /** Runs the timers that are due until then, each at its own time, and then sets that time. Unix milliseconds. */
  advanceTo(untilMs: number): Promise<void>;
}

interface Timer {
  readonly atMs: number;
  /** Of timers for the same time, the one set first runs first. */
  readonly order: number;
  readonly run: () => void;
  unref(): void;
}

const isLater = (one: Timer, other: Timer): boolean =>
  one.atMs === other.atMs ? one.order > other.order : one.atMs > other.atMs;

/**
 * Replaces this process's `Date.now`, `setTimeout` and `clearTimeout`, those of its dependencies included.
 * Sockets and files keep to real time.
 * @param settled resolves when all that the last timer has set off is over: the clock waits for it before it goes on.
 */
export const installFakeClock = (startMs: number, settled: () => Promise<void>): FakeClock => {
  let nowMs = startMs;
  let order = 0;
  /** The next one is the last. */
  const timers: Timer[] = [];

  /** Where a timer is in the queue, or belongs. */
  const placeOf = (timer: Timer): number => {
    let [low, high] = [0, timers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = timers[middle];
      if (other !== undefined && isLater(other, timer)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const set = (callback: (...values: unknown[]) => void, ms = 0, ...values: unknown[]): Timer => {
    order += 1;
    const run = (): void => callback(...values);
    const timer = {atMs: nowMs + Math.max(1, ms), order, run, unref: () => undefined};
    timers.splice(placeOf(timer), 0, timer);
    return timer;
  };
  const clear = (timer: Timer | undefined): void => {
    if (timer === undefined) return;
    const place = placeOf(timer);
    if (timers[place] === timer) timers.splice(place, 1);
  };
  Object.assign(globalThis, {setTimeout: set, clearTimeout: clear});
  Date.now = () => nowMs;

  return {
    advanceTo: async (untilMs) => {
      for (let next = timers.at(-1); next !== undefined && next.atMs <= untilMs; next = timers.at(-1)) {
        timers.pop();
        nowMs = next.atMs;
        next.run();
        await settled();
      }
      nowMs = untilMs;
    },
  };
};

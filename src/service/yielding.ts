import type {Gate} from '../delivery/gate.ts';

/**
 * From twenty a second on, requests come first; a Prometheus makes one every few seconds. Not from as many on as can be
 * answered: a backlog that takes all of the time would keep them from becoming so many.
 */
const busyRequests = 10;
const turnMs = 500;
/** Long enough for whoever waits at the gate to pass. */
const openMs = 1;

export interface Yielding {
  /** Tells of a request. */
  asked(): void;
  stop(): void;
}

/**
 * Has deliveries of a backlog yield to requests while those are many. To read, encode and record one batch takes some
 * milliseconds in which nobody is answered; with one batch every half second, fewer than one request of a hundred sees that
 * where clients ask as fast as they are answered.
 */
export const createYielding = (gate: Gate): Yielding => {
  let asked = 0;
  let turnBeganMs = Number.NEGATIVE_INFINITY;
  let reopen = (): void => {};
  let turns: NodeJS.Timeout | undefined;
  let closing: NodeJS.Timeout | undefined;

  const close = (): void => {
    reopen = gate.close();
  };
  const stop = (): void => {
    clearInterval(turns);
    clearTimeout(closing);
    turns = undefined;
    reopen();
  };
  const takeTurn = (): void => {
    if (asked < busyRequests) {
      stop();
      return;
    }
    asked = 0;
    reopen();
    closing = setTimeout(close, openMs);
  };

  return {
    asked: () => {
      asked += 1;
      if (turns !== undefined || asked < busyRequests) return;
      const nowMs = performance.now();
      if (nowMs - turnBeganMs <= turnMs) {
        close();
        turns = setInterval(takeTurn, turnMs);
      }
      asked = 0;
      turnBeganMs = nowMs;
    },
    stop,
  };
};

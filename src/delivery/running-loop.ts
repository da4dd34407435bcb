import {setMaxListeners} from 'node:events';
import {sleep} from '../sleep.ts';

/** A destination's running delivery. */
export interface DeliveryLoop {
  /** Tells the loop that there is more to deliver. */
  wake(): void;
  /** Ends an attempt under way, closes the sink, and resolves when nothing is left of it. */
  stop(): Promise<void>;
}

export interface LoopSettings {
  /** Does the next thing that is to be done, or waits for it until `awake`. */
  readonly step: () => Promise<void>;
  /** Hears of an error of a step. The next one is taken after a while. */
  readonly onError: (error: unknown) => void;
  /** Called when the last step has ended. */
  readonly close: () => Promise<void>;
}

const errorPauseMs = 5000;

/** What takes one step after the other until it is stopped. */
export const createLoop = () => {
  const stopping = new AbortController();
  const {signal} = stopping;
  // Each request under way listens, and Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  let awake = new AbortController();

  const run = async ({step, onError, close}: LoopSettings): Promise<void> => {
    while (!signal.aborted) {
      if (awake.signal.aborted) awake = new AbortController();
      try {
        await step();
      } catch (error) {
        if (signal.aborted) break;
        onError(error);
        await sleep(errorPauseMs, signal);
      }
    }
    await close();
  };

  return {
    /** Aborts when the loop is stopped. */
    signal,
    /** Aborts when the loop is woken or stopped, also before a step waits for it. */
    awake: (): AbortSignal => awake.signal,
    start: (settings: LoopSettings): DeliveryLoop => {
      const running = run(settings);
      return {
        wake: () => awake.abort(),
        stop: async () => {
          stopping.abort(new Error('the bridge is stopping'));
          awake.abort();
          await running;
        },
      };
    },
  };
};

import {backoffMs} from '../delivery/backoff.ts';
import type {Labels} from '../metrics/sample.ts';
import type {Block} from '../scrape/block.ts';
import {maxTimerMs, sleep} from '../sleep.ts';
import type {ForwardingSettings} from './forwarding.ts';
import type {PageSink} from './page-sink.ts';

export interface PageForwardingSettings
  extends Pick<ForwardingSettings, 'queue' | 'onForwarded' | 'onError' | 'random'> {
  readonly sink: PageSink;
}

/** A destination's running delivery of pages. */
export interface PageForwarding {
  /** Takes a scrape, in place of the target's one before it where that waits yet. */
  offer(target: Labels, blocks: readonly Block[]): void;
  /** Ends an attempt under way, and resolves when nothing is left of it. What waits is dropped. */
  stop(): Promise<void>;
}

const errorPauseMs = 5000;

/**
 * Has a destination show each target's newest scrape until stopped. What waits is in memory: an older page is worth nothing
 * once there is another, and after a restart there is one within an interval.
 */
export const startPageForwarding = (settings: PageForwardingSettings): PageForwarding => {
  const {sink, queue, onForwarded, onError, random = Math.random} = settings;
  const destination = sink.name;
  const stopping = new AbortController();
  const {signal} = stopping;
  let awake = new AbortController();
  let failures = 0;
  // By key, and made of a scrape only when its turn comes.
  const waiting = new Map<string, {readonly target: Labels; readonly blocks: readonly Block[]}>();

  const forward = async (key: string, target: Labels, blocks: readonly Block[]): Promise<void> => {
    for (const {samples, send} of sink.pages(target, blocks)) {
      const outcome = await send(signal);
      if (outcome.kind !== 'retry') {
        failures = 0;
        onForwarded({destination, outcome, samples});
        continue;
      }
      failures += 1;
      const {afterMs = 0} = outcome;
      const bounds = {minMs: queue.minBackoffMs, maxMs: queue.maxBackoffMs, random};
      const retryInMs = afterMs > 0 ? afterMs : backoffMs(failures, bounds);
      onForwarded({destination, outcome, samples, retryInMs});
      if (!waiting.has(key)) waiting.set(key, {target, blocks});
      await sleep(retryInMs, signal);
      return;
    }
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      if (awake.signal.aborted) awake = new AbortController();
      const [next] = waiting;
      if (next === undefined) {
        await sleep(maxTimerMs, awake.signal);
        continue;
      }
      const [key, {target, blocks}] = next;
      waiting.delete(key);
      try {
        await forward(key, target, blocks);
      } catch (error) {
        if (signal.aborted) break;
        onError(destination, error);
        await sleep(errorPauseMs, signal);
      }
    }
    await sink.close();
  };

  const running = run();
  return {
    offer: (target, blocks) => {
      const key = JSON.stringify(target);
      // To the end of the queue, for all others wait longer.
      waiting.delete(key);
      waiting.set(key, {target, blocks});
      awake.abort();
    },
    stop: async () => {
      stopping.abort(new Error('the bridge is stopping'));
      awake.abort();
      await running;
    },
  };
};

import {retryWaitMs} from '../delivery/backoff.ts';
import {createLoop} from '../delivery/running-loop.ts';
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

/**
 * Has a destination show each target's newest scrape until stopped. What waits is in memory: an older page is worth nothing
 * once there is another, and after a restart there is one within an interval.
 */
export const startPageForwarding = (settings: PageForwardingSettings): PageForwarding => {
  const {sink, queue, onForwarded, onError, random = Math.random} = settings;
  const destination = sink.name;
  const loop = createLoop();
  const {signal} = loop;
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
      const retryInMs = retryWaitMs(outcome, failures, queue, random);
      onForwarded({destination, outcome, samples, retryInMs});
      if (!waiting.has(key)) waiting.set(key, {target, blocks});
      await sleep(retryInMs, signal);
      return;
    }
  };

  const step = async (): Promise<void> => {
    const [next] = waiting;
    if (next === undefined) {
      await sleep(maxTimerMs, loop.awake());
      return;
    }
    const [key, {target, blocks}] = next;
    waiting.delete(key);
    await forward(key, target, blocks);
  };

  const {wake, stop} = loop.start({
    step,
    onError: (error) => onError(destination, error),
    close: () => sink.close(),
  });
  return {
    offer: (target, blocks) => {
      const key = JSON.stringify(target);
      // To the end of the queue, for all others wait longer.
      waiting.delete(key);
      waiting.set(key, {target, blocks});
      wake();
    },
    stop,
  };
};

import {setMaxListeners} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import type {Transfer} from '../../result.ts';
import {EngineError, type Progress} from '../engine.ts';
import {abortFailure, silenceFailure} from './failure.ts';
import {type ConnectionRange, createBusyMeter, grown, growthOf, mostBusyPart} from './growth.ts';
import {probeLoadedLatency, summarizeLoaded} from './latency.ts';
import {responsivenessRpm} from './responsiveness.ts';
import type {ClientSettings} from './session.ts';
import {meanRate, sums, warmUpSlots} from './steady-rate.ts';
import type {Stream} from './stream.ts';
import {createStreams} from './streams.ts';
import {Timeline} from './timeline.ts';

export interface TransferPlan extends ClientSettings {
  readonly direction: 'download' | 'upload';
  readonly url: URL;
  /** Probed for latency while the transfer loads the line. */
  readonly pingUrl: URL;
  readonly stream: Stream;
  readonly durationMs: number;
  readonly connections: ConnectionRange;
  /** The part of the time since its last call in which this process was at work; the event loop's when absent. */
  readonly busyPart?: () => number;
  /** Ends the transfer when so many bytes are known to have arrived; no bound when absent. */
  readonly maxBytes?: number;
  /** How long all connections together may be silent. */
  readonly stallTimeoutMs: number;
}

interface Probe {
  readonly sentAtMs: number;
  readonly roundTripMs: number;
}

/** Large enough that a fast line needs few system calls, small enough for a processor's cache. */
const readBufferBytes = 256 * 1024;

const progressEveryMs = 200;

/** A twentieth of the time: the span after which it is looked whether more connections brought more. */
const spanSlots = 5;
/** None are added later, so that those added last are there before half of the time is over. */
const lastAddedSlot = 40;

/** However late an upload's answers are, at least this part of its time is looked at. */
const leastKnownPart = 0.75;

/**
 * Loads the line in one direction for `durationMs`, and measures rate and latency by the rules of this folder's README.
 * Rejects with an `EngineError` that names direction and server. Nothing of it goes on once it has settled.
 */
export const measureTransfer = async (
  plan: TransferPlan,
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<Transfer> => {
  const {direction, durationMs, stallTimeoutMs, maxBytes = Number.POSITIVE_INFINITY} = plan;
  const what = `${direction} ${direction === 'download' ? 'from' : 'to'} ${plan.url.host}`;
  if (signal.aborted) throw abortFailure(what, signal);
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  setMaxListeners(0, ended); // every connection listens, and many connections are no leak
  const startedAtMs = performance.now();
  const sinceStartMs = (): number => performance.now() - startedAtMs;

  const timeline = new Timeline(durationMs);
  let onSpent = (): void => undefined;
  const spent = new Promise<void>((resolve) => {
    onSpent = resolve;
  });
  const readBuffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const streams = createStreams(
    (record) => plan.stream({...plan, what, readBuffer}, record, ended),
    (bytes, fromMs, toMs) => {
      timeline.add(bytes, fromMs - startedAtMs, toMs - startedAtMs);
      if (timeline.totalBytes >= maxBytes) onSpent();
    },
  );
  streams.add(plan.connections.least);

  const {busyPart = createBusyMeter()} = plan;
  let addedAtSlot = 0;
  const addConnections = async (): Promise<void> => {
    for (let slot = spanSlots; slot <= lastAddedSlot; slot += spanSlots) {
      await delay(Math.max(0, slot * timeline.slotMs - sinceStartMs()), undefined, {signal: ended});
      const more = grown(streams.count, plan.connections) - streams.count;
      if (streams.refused || more <= 0) return;
      const growth = growthOf(
        sums(timeline.slots(slot * timeline.slotMs), spanSlots),
        addedAtSlot / spanSlots,
      );
      if (growth === 'full') return;
      if (busyPart() <= mostBusyPart && growth === 'grow') {
        streams.add(more);
        addedAtSlot = slot;
      }
    }
  };

  // What a client has read is known at once. What a server has read is known up to its answers: up to the earliest of
  // the streams' newest ones.
  const knownSlots = (): readonly number[] => {
    const nowMs = Math.min(sinceStartMs(), durationMs);
    if (direction === 'download') return timeline.slots(nowMs);
    const knownMs = (streams.knownUntilMs() ?? startedAtMs) - startedAtMs;
    return timeline.slots(Math.max(leastKnownPart * nowMs, Math.min(nowMs, knownMs)));
  };

  const probes: Probe[] = [];
  const probing = probeLoadedLatency(
    plan.pingUrl,
    plan,
    (roundTripMs) => probes.push({sentAtMs: sinceStartMs() - roundTripMs, roundTripMs}),
    ended,
  );

  const report = (): void => {
    const slots = knownSlots();
    const latest = probes.at(-1);
    onProgress({
      phase: direction,
      bytesPerSecond: meanRate(slots.slice(-Math.ceil(slots.length / 10)), timeline.slotMs),
      bytes: timeline.totalBytes,
      ...(latest && {latencyMs: latest.roundTripMs}),
      fraction: Math.min(Math.max(sinceStartMs() / durationMs, timeline.totalBytes / maxBytes), 1),
    });
  };

  const clock = async (): Promise<void> => {
    for (let leftMs = durationMs; leftMs > 0; leftMs = durationMs - sinceStartMs()) {
      await delay(Math.min(leftMs, progressEveryMs, durationMs / 10), undefined, {signal: ended});
      report();
      if (sinceStartMs() - timeline.lastAtMs > stallTimeoutMs) {
        throw silenceFailure(what, 'no bytes', stallTimeoutMs);
      }
    }
  };

  const adding = addConnections();
  adding.catch(() => undefined); // it only ends early, with the transfer
  try {
    await Promise.race([clock(), spent, streams.failure]);
    const elapsedMs = sinceStartMs();
    const slots = knownSlots();
    report();
    signal.throwIfAborted(); // whoever was told may have had enough
    const warm = warmUpSlots(slots, addedAtSlot === 0 ? 0 : addedAtSlot + spanSlots);
    const steady = meanRate(slots.slice(warm), timeline.slotMs);
    // What may be moved can be moved before there is a steady time to look at.
    const isSpent = timeline.totalBytes >= maxBytes;
    const bytesPerSecond = steady === 0 && isSpent ? timeline.totalBytes / (elapsedMs / 1000) : steady;
    if (bytesPerSecond === 0) throw new EngineError('timeout', `${what}: no bytes after the warm-up`);
    const loaded = probes
      .filter(({sentAtMs}) => sentAtMs >= warm * timeline.slotMs)
      .map(({roundTripMs}) => roundTripMs);
    const latency = summarizeLoaded(loaded);
    const rpm = responsivenessRpm(loaded);
    return {
      bytesPerSecond,
      bytes: timeline.totalBytes,
      elapsedMs,
      ...(latency && {latency}),
      ...(rpm !== undefined && {responsivenessRpm: rpm}),
    };
  } catch (error) {
    throw signal.aborted ? abortFailure(what, signal) : error;
  } finally {
    stop.abort();
    await Promise.allSettled([streams.ended(), adding, probing]);
  }
};

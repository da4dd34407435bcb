import {setTimeout as delay} from 'node:timers/promises';
import type {IdleLatency, LoadedLatency} from '../../result.ts';
import type {Progress} from '../engine.ts';
import {statusFailure} from './failure.ts';
import {serverTimeMs} from './server-timing.ts';
import {type ClientSettings, createSession, type Session} from './session.ts';
import {high, interquartileMean, jitter, low, median} from './statistics.ts';

/**
 * One round trip of a small GET, in milliseconds, less the time for which the server says that it worked on the answer.
 * `what` is what a failure names.
 */
export const roundTrip = async (session: Session, url: URL, what: string): Promise<number> => {
  const {head, roundTripMs} = await session.get(url);
  if (head.status !== 200) throw statusFailure(what, head);
  const workedMs = serverTimeMs(head.headers.get('server-timing') ?? '');
  // A server can't have worked for all of the round trip: such a time is wrong, and what is left would be 0 or less.
  return workedMs < roundTripMs ? roundTripMs - workedMs : roundTripMs;
};

export interface IdleSettings extends ClientSettings {
  readonly count: number;
  /** How long one answer may take. */
  readonly timeoutMs: number;
}

/** Round trips that do not count: in this time, but at most so many. Both sides answer slower at first. */
const warmUp = {durationMs: 200, count: 100} as const;

/**
 * Latency of an idle line: `count` round trips to `url`, one after the other on a connection of its own. Those
 * of the first 200 ms are discarded, which are one at least and a hundred at most. Rejects with an `EngineError`.
 */
export const measureIdleLatency = async (
  url: URL,
  settings: IdleSettings,
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<IdleLatency> => {
  const what = `ping of ${url.host}`;
  const session = createSession(url, {...settings, what}, signal);
  try {
    const warmAtMs = performance.now() + warmUp.durationMs;
    for (let made = 0; made === 0 || (made < warmUp.count && performance.now() < warmAtMs); made += 1) {
      await roundTrip(session, url, what);
    }
    const roundTripsMs: number[] = [];
    while (roundTripsMs.length < settings.count) {
      const latencyMs = await roundTrip(session, url, what);
      roundTripsMs.push(latencyMs);
      onProgress({phase: 'ping', latencyMs, fraction: roundTripsMs.length / settings.count});
    }
    return {
      latencyMs: median(roundTripsMs),
      jitterMs: jitter(roundTripsMs),
      lowMs: low(roundTripsMs),
      highMs: high(roundTripsMs),
    };
  } finally {
    session.close();
  }
};

/** At most this many probes a second travel beside a transfer: enough for a mean, too few to be part of the load. */
const probesPerSecond = 10;

/**
 * Probes the latency of a loaded line until `signal` aborts: round trips to `url` on a connection of its own, the
 * first discarded, each given to `onRoundTrip`. Never rejects. A probe that fails ends the probing and not the
 * test, since the transfer beside it is the better judge of the server.
 */
export const probeLoadedLatency = async (
  url: URL,
  settings: ClientSettings,
  onRoundTrip: (roundTripMs: number) => void,
  signal: AbortSignal,
): Promise<void> => {
  const what = `ping of ${url.host}`;
  const session = createSession(url, {...settings, what}, signal);
  try {
    await roundTrip(session, url, what);
    for (;;) {
      const sentAtMs = performance.now();
      onRoundTrip(await roundTrip(session, url, what));
      const restMs = 1000 / probesPerSecond - (performance.now() - sentAtMs);
      await delay(Math.max(0, restMs), undefined, {signal});
    }
  } catch {
    // Ended, or failed: what has been measured stands.
  } finally {
    session.close();
  }
};

/** Latency under load from the round trips of one transfer; `undefined` when there was none. */
export const summarizeLoaded = (roundTripsMs: readonly number[]): LoadedLatency | undefined =>
  roundTripsMs.length === 0
    ? undefined
    : {
        iqmMs: interquartileMean(roundTripsMs),
        lowMs: low(roundTripsMs),
        highMs: high(roundTripsMs),
        jitterMs: jitter(roundTripsMs),
      };

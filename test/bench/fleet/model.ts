/**
 * When a fleet's requests come, by the rules that the probes follow but without the probes: for fleets that are too large
 * to be simulated, and to hold against one that was.
 */
import {backoffMs} from '../../../src/delivery/backoff.ts';
import {settledMs} from '../../../src/delivery/live.ts';
import {defaultQueue} from '../../../src/delivery/queue.ts';
import {jitterMs} from '../../../src/scheduler/jitter.ts';
import {createRandom, recordedResults} from '../recorded.ts';
import {instancesOf, jobName} from './probe.ts';

export interface FleetShape {
  readonly probes: number;
  readonly jitterMs: number;
}

const hourMs = 3_600_000;
const secondsInHour = 3600;

/** When each probe's test of an hour ends, in milliseconds from the schedule's time. */
const testEnds = ({probes, jitterMs: windowMs}: FleetShape, hour: number): readonly number[] => {
  const instances = instancesOf('probe', 1, probes);
  const tests = [...recordedResults(probes, hour)];
  return tests.map(
    ({startedAtMs, endedAtMs}, index) =>
      jitterMs(instances[index] ?? '', jobName, hour * hourMs, windowMs) + endedAtMs - startedAtMs,
  );
};

const busiest = (timesMs: Iterable<number>): number => {
  const seconds = new Uint32Array(secondsInHour);
  for (const timeMs of timesMs) {
    const second = Math.floor(timeMs / 1000) % secondsInHour;
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return seconds.reduce((most, requests) => Math.max(most, requests), 0);
};

/**
 * The most requests in a second of an hour with a test of each probe.
 * @param repeatMs how often results are repeated until the next one; 0 for never.
 */
export const busiestSecond = (shape: FleetShape, repeatMs: number): number => {
  const [ends, nextEnds] = [testEnds(shape, 1), testEnds(shape, 2)];
  function* times(): Generator<number> {
    for (const [index, endMs] of ends.entries()) {
      yield endMs;
      const untilMs = hourMs + (nextEnds[index] ?? 0);
      if (repeatMs === 0) continue;
      for (let atMs = endMs + repeatMs + settledMs; atMs < untilMs; atMs += repeatMs) yield atMs;
    }
  }
  return busiest(times());
};

/**
 * The most requests in a second when the receiver is back.
 * @param backMs when that is, from the schedule's time of a test that each probe made while it was away.
 * @param repeatMs as above: a probe that has sent its result goes on to repeat it at once.
 */
export const busiestSecondAfterOutage = (shape: FleetShape, backMs: number, repeatMs: number): number => {
  const random = createRandom(1);
  const bounds = {minMs: defaultQueue.minBackoffMs, maxMs: defaultQueue.maxBackoffMs, random};
  function* times(): Generator<number> {
    for (const endMs of testEnds(shape, 1)) {
      let takenMs = endMs;
      for (let attempt = 1; takenMs < backMs; attempt += 1) takenMs += backoffMs(attempt, bounds);
      yield takenMs;
      const untilMs = backMs + 2 * defaultQueue.maxBackoffMs;
      if (repeatMs === 0) continue;
      for (let atMs = takenMs; atMs < untilMs; atMs += repeatMs) yield atMs;
    }
  }
  return busiest(times());
};

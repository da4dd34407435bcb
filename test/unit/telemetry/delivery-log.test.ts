import {describe, expect, it} from 'vitest';
import type {Delivery} from '../../../src/delivery/attempts.ts';
import {createDeliveryLog} from '../../../src/telemetry/delivery-log.ts';
import type {Log} from '../../../src/telemetry/log.ts';

const minuteMs = 60_000;

/** A delivery log whose clock is set by hand, and the lines that people get to see: those above `debug`. */
const start = () => {
  const lines: string[] = [];
  const keep =
    (level: string): Log['info'] =>
    (message, {more_since_last_line: more} = {}) => {
      lines.push(`${level} ${message}${more === undefined ? '' : ` (+${more})`}`);
    };
  const clock = {nowMs: 0};
  const log: Log = {debug: () => undefined, info: keep('info'), warn: keep('warn'), error: keep('error')};
  const deliveries = createDeliveryLog(log, () => clock.nowMs);
  const tell = (outcome: Delivery['outcome'], settled = 0, destination = 'mimir'): void =>
    deliveries.delivery({destination, outcome, attempted: 1, settled, lag: 5});
  return {lines, clock, tell, deliveries};
};

const retry = (cause: string): Delivery['outcome'] => ({kind: 'retry', cause});

describe('of a destination that is away', () => {
  it('the first attempt is told, then one in ten minutes, then that it is back', () => {
    const {lines, clock, tell} = start();
    for (; clock.nowMs < 21 * minuteMs; clock.nowMs += 10_000) tell(retry('connection refused'));
    tell({kind: 'accepted'}, 3);
    tell({kind: 'accepted'}, 1);
    expect(lines).toEqual([
      ...new Array<string>(3).fill('warn not delivered yet: connection refused'),
      'info delivered again',
    ]);
  });

  it('another reason is told soon, however often it changes', () => {
    const {lines, clock, tell} = start();
    for (; clock.nowMs < 2 * minuteMs; clock.nowMs += 10_000) {
      tell(retry(clock.nowMs < minuteMs ? 'HTTP 503' : `HTTP 500, request ${clock.nowMs}`));
    }
    expect(lines).toEqual([
      'warn not delivered yet: HTTP 503',
      `warn not delivered yet: HTTP 500, request ${minuteMs}`,
    ]);
  });

  it('the next time that it goes away is told at once', () => {
    const {lines, clock, tell} = start();
    tell(retry('HTTP 503'));
    tell({kind: 'accepted'}, 1);
    clock.nowMs += minuteMs;
    tell(retry('HTTP 503'));
    expect(lines).toHaveLength(3);
  });

  it('one that comes and goes is told of once a minute', () => {
    const {lines, clock, tell} = start();
    for (; clock.nowMs < 10 * minuteMs; clock.nowMs += 1000) {
      tell(retry('HTTP 503'));
      tell({kind: 'accepted'}, 1);
    }
    expect(lines).toHaveLength(20);
  });

  it('others are told of by themselves', () => {
    const {lines, tell} = start();
    tell(retry('HTTP 503'), 0, 'mimir');
    tell(retry('HTTP 503'), 0, 'thanos');
    expect(lines).toHaveLength(2);
  });
});

describe('of what a destination does not take', () => {
  it('the first of many is told, and how many followed', () => {
    const {lines, clock, tell} = start();
    for (; clock.nowMs <= minuteMs; clock.nowMs += 1000) tell({kind: 'rejected', cause: 'HTTP 400'}, 1);
    expect(lines).toEqual([
      'error rejected for good: HTTP 400 (see queue rejected)',
      'error rejected for good: HTTP 400 (see queue rejected) (+59)',
    ]);
  });

  it('a batch that is halved is nothing to act on yet', () => {
    const {lines, tell} = start();
    tell({kind: 'rejected', cause: 'HTTP 400'}, 0);
    expect(lines).toEqual([]);
  });

  it('samples that were left out of what it took are told', () => {
    const {lines, tell} = start();
    for (let times = 0; times < 3; times += 1) tell({kind: 'accepted', unwritten: 4}, 1);
    expect(lines).toEqual(['warn the receiver took a request and did not write all of its samples']);
  });
});

it('trouble with the journal is told once a minute', () => {
  const {lines, clock, deliveries} = start();
  for (; clock.nowMs <= minuteMs; clock.nowMs += 5000) deliveries.error('mimir', new Error('disk I/O error'));
  expect(lines).toEqual(new Array<string>(2).fill('error delivery to mimir failed: Error: disk I/O error'));
});

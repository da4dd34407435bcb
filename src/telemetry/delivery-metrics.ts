import {Counter, Gauge, type Registry} from 'prom-client';
import type {Delivery} from '../delivery/attempts.ts';
import type {Outcome} from '../delivery/sink.ts';

/** How far a destination has come, read at each scrape. */
export interface DestinationState {
  /** Results that it has yet to take. */
  readonly lagResults: number;
  /** When the test of the oldest of them ended, Unix milliseconds; undefined where there is none, or it is not known. */
  readonly oldestEndedAtMs: number | undefined;
  /** Bytes of all requests' bodies so far. */
  readonly sentBytes: number;
}

const outcomes: readonly Outcome['kind'][] = ['accepted', 'retry', 'rejected'];

/** What a rejection is counted under: the status of the receiver's answer, or `none` where it was not asked. */
export const statusOf = (outcome: Extract<Outcome, {kind: 'rejected'}>): string =>
  String(outcome.status ?? 'none');

/** The metrics of deliveries: what they are told of each attempt, and what they read before a scrape. */
export interface DeliveryMetrics {
  /** Begins the counters of these destinations at 0 where they have none. */
  expect(destinations: readonly string[]): void;
  delivery(delivery: Delivery): void;
  read(): void;
}

/**
 * The metrics of deliveries, for each destination, in a registry.
 * @param nowMs the time in Unix milliseconds.
 */
export const createDeliveryMetrics = (
  register: Registry,
  prefix: string,
  destinations: () => ReadonlyMap<string, DestinationState>,
  nowMs: () => number,
): DeliveryMetrics => {
  const registers = [register];
  const labelNames = ['destination'] as const;
  const deliveries = new Counter({
    name: `${prefix}deliveries_total`,
    help: 'Attempts to deliver results, by what became of them: a retry is an attempt that is made again.',
    labelNames: ['destination', 'outcome'] as const,
    registers,
  });
  const delivered = new Counter({
    name: `${prefix}results_delivered_total`,
    help: 'Results that the destination took.',
    labelNames,
    registers,
  });
  const rejected = new Counter({
    name: `${prefix}results_rejected_total`,
    help: 'Results that the destination refused for good, by the HTTP status of its answer.',
    labelNames: ['destination', 'status'] as const,
    registers,
  });
  const unwritten = new Counter({
    name: `${prefix}samples_unwritten_total`,
    help: 'Samples that the destination did not write although it took the request, as it says itself.',
    labelNames,
    registers,
  });
  const lastDelivery = new Gauge({
    name: `${prefix}last_delivery_timestamp_seconds`,
    help: 'Unix time at which the destination last took results.',
    labelNames,
    registers,
  });
  const lagResults = new Gauge({
    name: `${prefix}delivery_lag_results`,
    help: 'Results that the destination has yet to take.',
    labelNames,
    registers,
  });
  const lagSeconds = new Gauge({
    name: `${prefix}delivery_lag_seconds`,
    help: 'Time since the end of the oldest test whose result the destination has yet to take; 0 where there is none.',
    labelNames,
    registers,
  });
  const sentBytes = new Counter({
    name: `${prefix}sent_bytes_total`,
    help: 'Bytes of the bodies of all requests to the destination, compressed as they were sent.',
    labelNames,
    registers,
  });

  const read = (): void => {
    const states = destinations();
    // Destinations may be gone since the last time.
    for (const metric of [lagResults, lagSeconds, sentBytes]) metric.reset();
    for (const [destination, state] of states) {
      const {oldestEndedAtMs = state.lagResults === 0 ? nowMs() : undefined} = state;
      lagResults.set({destination}, state.lagResults);
      if (oldestEndedAtMs !== undefined)
        lagSeconds.set({destination}, Math.max(0, nowMs() - oldestEndedAtMs) / 1000);
      sentBytes.inc({destination}, state.sentBytes);
    }
  };

  const expect = (names: readonly string[]): void => {
    for (const destination of names) {
      for (const outcome of outcomes) deliveries.inc({destination, outcome}, 0);
      delivered.inc({destination}, 0);
      rejected.inc({destination, status: '400'}, 0);
      unwritten.inc({destination}, 0);
    }
  };

  const delivery = ({destination, outcome, attempted, settled}: Delivery): void => {
    // A repetition of what is there already carries no result.
    if (attempted > 0) deliveries.inc({destination, outcome: outcome.kind});
    switch (outcome.kind) {
      case 'accepted':
        delivered.inc({destination}, settled);
        unwritten.inc({destination}, outcome.unwritten ?? 0);
        if (settled > 0) lastDelivery.set({destination}, nowMs() / 1000);
        return;
      case 'rejected':
        if (settled > 0) rejected.inc({destination, status: statusOf(outcome)}, settled);
        return;
      case 'retry':
        return;
      default:
        outcome satisfies never;
    }
  };
  return {expect, delivery, read};
};

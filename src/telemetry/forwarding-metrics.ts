import {Counter, Gauge, type Registry} from 'prom-client';
import type {Forwarded} from '../forwarding/forwarding.ts';
import type {JournalLossReason} from '../forwarding/scrape-journal.ts';
import {statusOf} from './delivery-metrics.ts';

/** Why scraped samples were lost: their journal lost them, or they were not later than those before them. */
export type LossReason = JournalLossReason | 'order';
export const lossReasons: readonly LossReason[] = ['limit', 'file', 'unconfigured', 'order'];

/** The metrics of what is scraped and forwarded: what they are told, and what they read before a scrape. */
export interface ForwardingMetrics {
  /** Begins the counters of these destinations at 0 where they have none. */
  expect(destinations: readonly string[]): void;
  /** One request with scraped samples. */
  forwarded(forwarded: Forwarded): void;
  /** Scraped samples that were lost before every destination had taken them. */
  lost(samples: number, reason: LossReason): void;
  read(): void;
}

/**
 * The metrics of forwarding, for each destination, in a registry.
 * @param waitingSinceMs since when scrapes wait for each destination, Unix milliseconds; undefined where none does.
 * @param nowMs the time in Unix milliseconds.
 */
export const createForwardingMetrics = (
  register: Registry,
  prefix: string,
  waitingSinceMs: () => ReadonlyMap<string, number | undefined>,
  nowMs: () => number,
): ForwardingMetrics => {
  const registers = [register];
  const labelNames = ['destination'] as const;
  const taken = new Counter({
    name: `${prefix}scraped_samples_forwarded_total`,
    help: 'Scraped samples that the destination took.',
    labelNames,
    registers,
  });
  const rejected = new Counter({
    name: `${prefix}scraped_samples_rejected_total`,
    help: 'Scraped samples that the destination refused for good, by the HTTP status of its answer.',
    labelNames: ['destination', 'status'] as const,
    registers,
  });
  const retries = new Counter({
    name: `${prefix}forwarding_retries_total`,
    help: 'Requests with scraped samples that failed and are made again.',
    labelNames,
    registers,
  });
  const lost = new Counter({
    name: `${prefix}scraped_samples_lost_total`,
    help: 'Scraped samples that were lost before every destination had taken them, by why: the limit of their journal, its file, a destination that is no longer configured, or the order of time.',
    labelNames: ['reason'] as const,
    registers,
  });
  const lag = new Gauge({
    name: `${prefix}forwarding_lag_seconds`,
    help: 'Time since the oldest scrape that the destination has yet to take; 0 where there is none.',
    labelNames,
    registers,
  });

  return {
    expect: (destinations) => {
      for (const destination of destinations) {
        taken.inc({destination}, 0);
        rejected.inc({destination, status: '400'}, 0);
        retries.inc({destination}, 0);
      }
      for (const reason of lossReasons) lost.inc({reason}, 0);
    },
    forwarded: ({destination, outcome, samples}) => {
      switch (outcome.kind) {
        case 'accepted': {
          const {unwritten = 0} = outcome;
          taken.inc({destination}, samples - unwritten);
          if (unwritten > 0) rejected.inc({destination, status: 'unwritten'}, unwritten);
          return;
        }
        case 'rejected': {
          const {unwritten = samples} = outcome;
          taken.inc({destination}, samples - unwritten);
          rejected.inc({destination, status: statusOf(outcome)}, unwritten);
          return;
        }
        case 'retry':
          retries.inc({destination});
          return;
        default:
          outcome satisfies never;
      }
    },
    lost: (samples, reason) => lost.inc({reason}, samples),
    read: () => {
      lag.reset();
      for (const [destination, sinceMs] of waitingSinceMs())
        lag.set({destination}, sinceMs === undefined ? 0 : Math.max(0, nowMs() - sinceMs) / 1000);
    },
  };
};

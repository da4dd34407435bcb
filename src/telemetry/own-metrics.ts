import {Counter, collectDefaultMetrics, Gauge, Registry} from 'prom-client';
import type {Delivery} from '../delivery/loop.ts';
import type {TestResult} from '../result.ts';
import {createDeliveryMetrics, type DestinationState} from './delivery-metrics.ts';

/** The process's own metrics: what it tells them as it works, and their text for a scrape. */
export interface OwnMetrics {
  testEnded(job: string, status: TestResult['status']): void;
  /** One attempt to deliver. */
  delivery(delivery: Delivery): void;
  /** How many results are only in memory, for the journal's file can't be written. */
  unsaved(results: number): void;
  requestRefused(): void;
  /** The value for `Content-Type`. */
  readonly contentType: string;
  render(): Promise<string>;
}

export interface OwnMetricsSettings {
  readonly version: string;
  /** The jobs' names. Counters begin at 0, so that the first failure is an increase. */
  readonly jobs: readonly string[];
  /** The destinations by name, with how far each has come. */
  readonly destinations: ReadonlyMap<string, () => DestinationState>;
  readonly nowMs?: () => number;
}

const prefix = 'speedtest_bridge_';
const statuses: readonly TestResult['status'][] = ['completed', 'failed', 'skipped'];

/**
 * Creates the metrics on a registry of their own, together with the process's and Node's standard ones.
 * Those watch the event loop and the garbage collector until the process ends, and do not keep it from ending.
 */
export const createOwnMetrics = (settings: OwnMetricsSettings): OwnMetrics => {
  const {version, jobs, destinations, nowMs = Date.now} = settings;
  const register = new Registry();
  collectDefaultMetrics({register});

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({name: prefix + name, help, labelNames, registers: [register]});
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({name: prefix + name, help, labelNames, registers: [register]});

  const tests = counter('tests_total', 'Tests that ended, by how they did.', ['job', 'status']);
  const delivery = createDeliveryMetrics(register, prefix, destinations, nowMs);
  const unsaved = gauge(
    'unsaved_results',
    "Results that are only in memory, because the journal's file can not be written.",
    [],
  );
  const refused = counter('requests_refused_total', 'HTTP requests from addresses that are not allowed.', []);
  gauge('build_info', 'The version that runs; always 1.', ['version']).set({version}, 1);

  for (const job of jobs) for (const status of statuses) tests.inc({job, status}, 0);

  return {
    testEnded: (job, status) => tests.inc({job, status}),
    delivery,
    unsaved: (results) => unsaved.set(results),
    requestRefused: () => refused.inc(),
    contentType: register.contentType,
    render: () => register.metrics(),
  };
};

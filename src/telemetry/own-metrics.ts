import {Counter, Gauge, Registry} from 'prom-client';
import type {Delivery} from '../delivery/attempts.ts';
import {type SkipClass, skipClasses, type TestResult} from '../result.ts';
import {type Refusal, refusals} from '../server/access/access.ts';
import {type Closure, closures} from '../server/connections.ts';
import {createDeliveryMetrics, type DestinationState} from './delivery-metrics.ts';
import {createForwardingMetrics, type ForwardingMetrics} from './forwarding-metrics.ts';
import {createProcessMetrics} from './process-metrics.ts';

/** The process's own metrics: what it tells them as it works, and their text for a scrape. */
export interface OwnMetrics {
  /** Begins the counters of these jobs and destinations at 0 where they have none: the first failure is an increase. */
  expect(jobs: readonly string[], destinations: readonly string[]): void;
  /** An attempt to take up another configuration, or the one of the start. */
  configured(successful: boolean): void;
  testEnded(job: string, status: TestResult['status']): void;
  /** Runs that were due and did not take place. One skipped result may stand for many. */
  runsSkipped(job: string, reason: SkipClass, runs: number): void;
  /** One attempt to deliver. */
  delivery(delivery: Delivery): void;
  readonly forwarding: Pick<ForwardingMetrics, 'forwarded' | 'lost'>;
  /** How many results are only in memory, for the journal's file can't be written. */
  unsaved(results: number): void;
  /** A request that was not admitted. */
  requestRefused(refusal: Refusal): void;
  /** A connection that the web server closed for a limit. */
  connectionClosed(closure: Closure): void;
  /** The value for `Content-Type`. */
  readonly contentType: string;
  render(): Promise<string>;
}

/** What tests have moved since the month began. */
export interface MonthlyData {
  readonly usedBytes: number;
  readonly budgetBytes?: number;
}

export interface OwnMetricsSettings {
  readonly version: string;
  /** The destinations by name, with how far each has come. Asked at each scrape. */
  readonly destinations: () => ReadonlyMap<string, DestinationState>;
  /**
   * Since when scrapes wait for each destination, by its name: Unix milliseconds, undefined where none does. Asked at each
   * scrape; no destination takes any when left out.
   */
  readonly waitingSinceMs?: () => ReadonlyMap<string, number | undefined>;
  /** Asked at each scrape. */
  readonly monthlyData: () => {
    readonly jobs: readonly (MonthlyData & {readonly job: string})[];
    readonly total: MonthlyData;
  };
  readonly nowMs?: () => number;
}

const prefix = 'speedtest_bridge_';
const statuses: readonly TestResult['status'][] = ['completed', 'failed', 'skipped'];

/**
 * Creates the metrics on a registry of their own, together with the process's and Node's standard ones.
 * Those watch the event loop until the process ends, and do not keep it from ending.
 */
export const createOwnMetrics = (settings: OwnMetricsSettings): OwnMetrics => {
  const {version, destinations, monthlyData, waitingSinceMs = () => new Map(), nowMs = Date.now} = settings;
  const register = new Registry();
  const readProcess = createProcessMetrics(register);

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({name: prefix + name, help, labelNames, registers: [register]});
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({name: prefix + name, help, labelNames, registers: [register]});

  const tests = counter('tests_total', 'Tests that ended, by how they did.', ['job', 'status']);
  const runsSkipped = counter('runs_skipped_total', 'Runs that were due but did not take place, by why.', [
    'job',
    'reason',
  ]);
  const dataUsed = gauge('data_used_bytes', "Bytes that the job's tests have moved since its month began.", [
    'job',
  ]);
  const dataBudget = gauge('data_budget_bytes', "Bytes that the job's tests may move in a month.", ['job']);
  const totalDataUsed = gauge(
    'total_data_used_bytes',
    'Bytes that the tests of all jobs have moved since the month began.',
    [],
  );
  const totalDataBudget = gauge(
    'total_data_budget_bytes',
    'Bytes that the tests of all jobs may move in a month.',
    [],
  );
  const deliveries = createDeliveryMetrics(register, prefix, destinations, nowMs);
  const forwarding = createForwardingMetrics(register, prefix, waitingSinceMs, nowMs);
  const unsaved = gauge(
    'unsaved_results',
    "Results that are only in memory, because the journal's file can not be written.",
    [],
  );
  const refused = counter('refusals_total', 'HTTP requests that were not admitted, by why.', ['reason']);
  const closed = counter('connections_closed_total', 'Connections that were closed for a limit, by which.', [
    'reason',
  ]);
  const configSuccessful = gauge(
    'config_last_reload_successful',
    'Whether the last attempt to take up a configuration was successful: 1 or 0.',
    [],
  );
  const configSuccess = gauge(
    'config_last_reload_success_timestamp_seconds',
    'Unix time at which a configuration was last taken up.',
    [],
  );
  gauge('build_info', 'The version that runs; always 1.', ['version']).set({version}, 1);

  for (const reason of refusals) refused.inc({reason}, 0);
  for (const reason of closures) closed.inc({reason}, 0);

  const readMonthlyData = (): void => {
    const {jobs: ofJobs, total} = monthlyData();
    dataUsed.reset();
    dataBudget.reset();
    for (const {job, usedBytes, budgetBytes} of ofJobs) {
      dataUsed.set({job}, usedBytes);
      if (budgetBytes !== undefined) dataBudget.set({job}, budgetBytes);
    }
    totalDataUsed.set(total.usedBytes);
    if (total.budgetBytes === undefined) totalDataBudget.remove();
    else totalDataBudget.set(total.budgetBytes);
  };

  return {
    expect: (jobs, names) => {
      for (const job of jobs) {
        for (const status of statuses) tests.inc({job, status}, 0);
        for (const reason of skipClasses) runsSkipped.inc({job, reason}, 0);
      }
      deliveries.expect(names);
      forwarding.expect(names);
    },
    configured: (successful) => {
      configSuccessful.set(successful ? 1 : 0);
      if (successful) configSuccess.set(nowMs() / 1000);
    },
    testEnded: (job, status) => tests.inc({job, status}),
    runsSkipped: (job, reason, runs) => runsSkipped.inc({job, reason}, runs),
    delivery: deliveries.delivery,
    forwarding,
    unsaved: (results) => unsaved.set(results),
    requestRefused: (reason) => refused.inc({reason}),
    connectionClosed: (reason) => closed.inc({reason}),
    contentType: register.contentType,
    render: () => {
      for (const read of [readProcess, readMonthlyData, deliveries.read, forwarding.read]) {
        try {
          read();
        } catch {
          // A journal that can't be read now must not hide the metrics that tell of it.
        }
      }
      return register.metrics();
    },
  };
};

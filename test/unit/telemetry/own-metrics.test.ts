import {register} from 'prom-client';
import {describe, expect, test} from 'vitest';
import type {DestinationState} from '../../../src/telemetry/delivery-metrics.ts';
import {lossReasons} from '../../../src/telemetry/forwarding-metrics.ts';
import {createOwnMetrics} from '../../../src/telemetry/own-metrics.ts';

const nowMs = 1_700_000_000_500;
const state: DestinationState = {lagResults: 3, oldestEndedAtMs: nowMs - 7250, sentBytes: 1234};
const settings = {
  version: '1.2.3',
  destinations: () => new Map([['mimir', state]]),
  monthlyData: () => ({jobs: [{job: 'wan', usedBytes: 1000}], total: {usedBytes: 1000}}),
  nowMs: () => nowMs,
};
const attempt = {destination: 'mimir', attempted: 20, settled: 0, lag: 3};

/** The project's own samples, without the process's and Node's. */
const ownSamples = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith('speedtest_bridge_'));

describe('own metrics', () => {
  test('begin at 0 for what is configured, and say nothing of a delivery that was not made', async () => {
    const metrics = createOwnMetrics(settings);
    metrics.expect(['wan'], ['mimir']);
    expect(ownSamples(await metrics.render())).toEqual([
      'speedtest_bridge_tests_total{job="wan",status="completed"} 0',
      'speedtest_bridge_tests_total{job="wan",status="failed"} 0',
      'speedtest_bridge_tests_total{job="wan",status="skipped"} 0',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="overlap"} 0',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="missed"} 0',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="budget"} 0',
      'speedtest_bridge_data_used_bytes{job="wan"} 1000',
      'speedtest_bridge_total_data_used_bytes 1000',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="accepted"} 0',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="retry"} 0',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="rejected"} 0',
      'speedtest_bridge_results_delivered_total{destination="mimir"} 0',
      'speedtest_bridge_results_rejected_total{destination="mimir",status="400"} 0',
      'speedtest_bridge_samples_unwritten_total{destination="mimir"} 0',
      'speedtest_bridge_delivery_lag_results{destination="mimir"} 3',
      'speedtest_bridge_delivery_lag_seconds{destination="mimir"} 7.25',
      'speedtest_bridge_sent_bytes_total{destination="mimir"} 1234',
      'speedtest_bridge_scraped_samples_forwarded_total{destination="mimir"} 0',
      'speedtest_bridge_scraped_samples_rejected_total{destination="mimir",status="400"} 0',
      'speedtest_bridge_forwarding_retries_total{destination="mimir"} 0',
      ...lossReasons.map((reason) => `speedtest_bridge_scraped_samples_lost_total{reason="${reason}"} 0`),
      'speedtest_bridge_unsaved_results 0',
      'speedtest_bridge_refusals_total{reason="address"} 0',
      'speedtest_bridge_refusals_total{reason="forwarding_header"} 0',
      'speedtest_bridge_refusals_total{reason="login_missing"} 0',
      'speedtest_bridge_refusals_total{reason="login_wrong"} 0',
      'speedtest_bridge_refusals_total{reason="too_many_failures"} 0',
      'speedtest_bridge_refusals_total{reason="rate_limit"} 0',
      'speedtest_bridge_connections_closed_total{reason="stranger"} 0',
      'speedtest_bridge_connections_closed_total{reason="client_limit"} 0',
      'speedtest_bridge_connections_closed_total{reason="limit"} 0',
      'speedtest_bridge_connections_closed_total{reason="pipeline"} 0',
      'speedtest_bridge_connections_closed_total{reason="client_certificate"} 0',
      'speedtest_bridge_config_last_reload_successful 0',
      'speedtest_bridge_config_last_reload_success_timestamp_seconds 0',
      'speedtest_bridge_build_info{version="1.2.3"} 1',
    ]);
  });

  test('count what they are told', async () => {
    const metrics = createOwnMetrics(settings);
    metrics.expect(['wan'], ['mimir']);
    metrics.testEnded('wan', 'completed');
    metrics.testEnded('wan', 'failed');
    metrics.testEnded('adhoc', 'completed');
    metrics.runsSkipped('wan', 'overlap', 1);
    metrics.runsSkipped('wan', 'missed', 168);
    metrics.delivery({...attempt, outcome: {kind: 'retry', cause: 'HTTP 503'}});
    metrics.delivery({...attempt, settled: 20, outcome: {kind: 'accepted', unwritten: 5}});
    metrics.delivery({...attempt, outcome: {kind: 'rejected', cause: 'HTTP 400', status: 400}});
    metrics.delivery({...attempt, settled: 1, outcome: {kind: 'rejected', cause: 'HTTP 413', status: 413}});
    metrics.delivery({...attempt, settled: 2, outcome: {kind: 'rejected', cause: 'too old'}});
    // A repetition between tests.
    metrics.delivery({...attempt, attempted: 0, outcome: {kind: 'accepted'}});
    metrics.unsaved(2);
    metrics.requestRefused('address');
    metrics.requestRefused('login_wrong');
    metrics.connectionClosed('limit');
    metrics.configured(true);
    // What is there keeps its count.
    metrics.expect(['wan'], ['mimir']);
    expect(ownSamples(await metrics.render())).toEqual([
      'speedtest_bridge_tests_total{job="wan",status="completed"} 1',
      'speedtest_bridge_tests_total{job="wan",status="failed"} 1',
      'speedtest_bridge_tests_total{job="wan",status="skipped"} 0',
      'speedtest_bridge_tests_total{job="adhoc",status="completed"} 1',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="overlap"} 1',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="missed"} 168',
      'speedtest_bridge_runs_skipped_total{job="wan",reason="budget"} 0',
      'speedtest_bridge_data_used_bytes{job="wan"} 1000',
      'speedtest_bridge_total_data_used_bytes 1000',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="accepted"} 1',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="retry"} 1',
      'speedtest_bridge_deliveries_total{destination="mimir",outcome="rejected"} 3',
      'speedtest_bridge_results_delivered_total{destination="mimir"} 20',
      'speedtest_bridge_results_rejected_total{destination="mimir",status="400"} 0',
      'speedtest_bridge_results_rejected_total{destination="mimir",status="413"} 1',
      'speedtest_bridge_results_rejected_total{destination="mimir",status="none"} 2',
      'speedtest_bridge_samples_unwritten_total{destination="mimir"} 5',
      'speedtest_bridge_last_delivery_timestamp_seconds{destination="mimir"} 1700000000.5',
      'speedtest_bridge_delivery_lag_results{destination="mimir"} 3',
      'speedtest_bridge_delivery_lag_seconds{destination="mimir"} 7.25',
      'speedtest_bridge_sent_bytes_total{destination="mimir"} 1234',
      'speedtest_bridge_scraped_samples_forwarded_total{destination="mimir"} 0',
      'speedtest_bridge_scraped_samples_rejected_total{destination="mimir",status="400"} 0',
      'speedtest_bridge_forwarding_retries_total{destination="mimir"} 0',
      ...lossReasons.map((reason) => `speedtest_bridge_scraped_samples_lost_total{reason="${reason}"} 0`),
      'speedtest_bridge_unsaved_results 2',
      'speedtest_bridge_refusals_total{reason="address"} 1',
      'speedtest_bridge_refusals_total{reason="forwarding_header"} 0',
      'speedtest_bridge_refusals_total{reason="login_missing"} 0',
      'speedtest_bridge_refusals_total{reason="login_wrong"} 1',
      'speedtest_bridge_refusals_total{reason="too_many_failures"} 0',
      'speedtest_bridge_refusals_total{reason="rate_limit"} 0',
      'speedtest_bridge_connections_closed_total{reason="stranger"} 0',
      'speedtest_bridge_connections_closed_total{reason="client_limit"} 0',
      'speedtest_bridge_connections_closed_total{reason="limit"} 1',
      'speedtest_bridge_connections_closed_total{reason="pipeline"} 0',
      'speedtest_bridge_connections_closed_total{reason="client_certificate"} 0',
      'speedtest_bridge_config_last_reload_successful 1',
      'speedtest_bridge_config_last_reload_success_timestamp_seconds 1700000000.5',
      'speedtest_bridge_build_info{version="1.2.3"} 1',
    ]);
  });

  test('read how far a destination has come at each scrape, and have no lag where it has all', async () => {
    let now: DestinationState = state;
    const metrics = createOwnMetrics({...settings, destinations: () => new Map([['mimir', now]])});
    await metrics.render();
    now = {lagResults: 0, oldestEndedAtMs: undefined, sentBytes: 2000};
    expect(ownSamples(await metrics.render())).toEqual(
      expect.arrayContaining([
        'speedtest_bridge_delivery_lag_results{destination="mimir"} 0',
        'speedtest_bridge_delivery_lag_seconds{destination="mimir"} 0',
        'speedtest_bridge_sent_bytes_total{destination="mimir"} 2000',
      ]),
    );
  });

  test('leave out a time that is not known, and keep what is', async () => {
    let now: DestinationState = state;
    const metrics = createOwnMetrics({...settings, destinations: () => new Map([['mimir', now]])});
    await metrics.render();
    now = {...state, oldestEndedAtMs: undefined};
    const lines = ownSamples(await metrics.render());
    expect(lines).toContain('speedtest_bridge_delivery_lag_results{destination="mimir"} 3');
    expect(lines.filter((line) => line.includes('lag_seconds'))).toEqual([]);
  });

  test('forget a destination and a job that are gone, but not what was counted', async () => {
    let destinations = new Map([['mimir', state]]);
    let jobs = [{job: 'wan', usedBytes: 1000, budgetBytes: 5000}];
    const metrics = createOwnMetrics({
      ...settings,
      destinations: () => destinations,
      monthlyData: () => ({jobs, total: {usedBytes: 1000}}),
    });
    metrics.expect(['wan'], ['mimir']);
    await metrics.render();
    [destinations, jobs] = [new Map(), []];
    const lines = ownSamples(await metrics.render());
    expect(lines.filter((line) => /lag|sent_bytes|[^l]_data_/.test(line))).toEqual([]);
    expect(lines).toContain('speedtest_bridge_results_delivered_total{destination="mimir"} 0');
  });

  test('keep the time of the last configuration that was taken up', async () => {
    const metrics = createOwnMetrics(settings);
    metrics.configured(true);
    metrics.configured(false);
    const lines = ownSamples(await metrics.render());
    expect(lines).toContain('speedtest_bridge_config_last_reload_successful 0');
    expect(lines).toContain('speedtest_bridge_config_last_reload_success_timestamp_seconds 1700000000.5');
  });

  test('tell of budgets at each scrape', async () => {
    let usedBytes = 5;
    const metrics = createOwnMetrics({
      ...settings,
      monthlyData: () => ({
        jobs: [{job: 'wan', usedBytes, budgetBytes: 50e9}],
        total: {usedBytes: 2 * usedBytes, budgetBytes: 1e12},
      }),
    });
    await metrics.render();
    usedBytes = 7;
    const lines = ownSamples(await metrics.render()).filter((line) => line.includes('_data_'));
    expect(lines).toEqual([
      'speedtest_bridge_data_used_bytes{job="wan"} 7',
      'speedtest_bridge_data_budget_bytes{job="wan"} 50000000000',
      'speedtest_bridge_total_data_used_bytes 14',
      'speedtest_bridge_total_data_budget_bytes 1000000000000',
    ]);
  });

  test('are there though the journal can not be read', async () => {
    const unreadable = (): never => {
      throw new Error('disk I/O error');
    };
    const metrics = createOwnMetrics({
      ...settings,
      destinations: unreadable,
      monthlyData: unreadable,
    });
    metrics.unsaved(2);
    expect(ownSamples(await metrics.render())).toContain('speedtest_bridge_unsaved_results 2');
  });

  test("come with the process's and Node's standard ones, in the text format", async () => {
    const metrics = createOwnMetrics(settings);
    const text = await metrics.render();
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_version_info',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
  });

  test('are on a registry of their own', async () => {
    const first = createOwnMetrics(settings);
    const second = createOwnMetrics(settings);
    first.requestRefused('address');
    expect(await first.render()).toContain('speedtest_bridge_refusals_total{reason="address"} 1');
    expect(await second.render()).toContain('speedtest_bridge_refusals_total{reason="address"} 0');
    expect(register.getMetricsAsArray()).toEqual([]);
  });
});

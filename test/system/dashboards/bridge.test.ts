import {pushTimeseries} from 'prometheus-remote-write';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {createOwnMetrics} from '../../../src/telemetry/own-metrics.ts';
import {fillIn, readDashboard} from '../../fixtures/dashboard.ts';
import {type Prometheus, startPrometheus} from '../../peers/prometheus.ts';
import {parseText} from '../../unit/exposition/parse-text.ts';

const minuteMs = 60_000;
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs;
const startMs = endMs - 2 * 3_600_000;

let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus({outOfOrderWindow: '1d'});
});
afterAll(() => prometheus?.stop());

const variables = {job: '.*', instance: 'bridge', __rate_interval: '4m'};

it('the dashboard of the bridge shows what the bridge tells of itself', async () => {
  const destination = 'mimir';
  const metrics = createOwnMetrics({
    version: '1.2.3',
    destinations: () => new Map([[destination, {lagResults: 0, oldestEndedAtMs: undefined, sentBytes: 9}]]),
    monthlyData: () => ({
      jobs: [{job: 'wan', usedBytes: 1000, budgetBytes: 4000}],
      total: {usedBytes: 1000, budgetBytes: 5000},
    }),
  });
  metrics.expect(['wan'], [destination]);
  metrics.delivery({destination, attempted: 1, settled: 1, lag: 0, outcome: {kind: 'accepted'}});
  // Prometheus reads more than the strict parser does.
  const text = (await metrics.render()).replaceAll('\n\n', '\n').replaceAll(' Nan\n', ' NaN\n');
  const samples = parseText(text).flatMap((family) => family.samples);
  const minutes = Array.from({length: 120}, (_, minute) => endMs - minute * minuteMs).toReversed();
  const series = samples.map(({name, labels, value}) => {
    const {job, ...own} = Object.fromEntries(labels);
    // As a scrape labels them: the target's own `job` has the name.
    const exported = job === undefined ? {} : {exported_job: job};
    return {
      labels: {...own, ...exported, __name__: name, job: 'bridge', instance: 'bridge'},
      samples: minutes.map((timestamp) => ({timestamp, value})),
    };
  });
  const written = await pushTimeseries(series, {
    url: `${prometheus.url}/api/v1/write`,
    fetch: (to, init) => fetch(to, {...init, body: Buffer.from(init?.body ?? new ArrayBuffer())}),
  });
  expect(written.status).toBe(204);

  const targets = readDashboard('bridge').panels.flatMap((panel) => panel.targets);
  expect(targets.length).toBeGreaterThan(15);
  const empty: string[] = [];
  for (const {expr, instant} of targets) {
    const filled = fillIn(expr, variables);
    const found = instant
      ? await prometheus.query(filled, endMs)
      : await prometheus.queryRange(filled, startMs, endMs, 5 * minuteMs);
    if (found.length === 0) empty.push(filled);
  }
  expect(empty).toEqual([]);
});

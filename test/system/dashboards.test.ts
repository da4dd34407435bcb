import {pushTimeseries} from 'prometheus-remote-write';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {LiveSeries} from '../../src/delivery/sink.ts';
import type {JournalRow} from '../../src/journal/journal.ts';
import {type Profile, profiles} from '../../src/metrics/catalog.ts';
import {createMapping} from '../../src/metrics/map.ts';
import {remoteWriteSink} from '../../src/remote-write/sink.ts';
import type {TestResult} from '../../src/result.ts';
import {createOwnMetrics} from '../../src/telemetry/own-metrics.ts';
import {fillIn, readDashboard} from '../fixtures/dashboard.ts';
import {completed, failed, fullMeasurement, skipped} from '../fixtures/results.ts';
import {type Prometheus, type Series, startPrometheus} from '../peers/prometheus.ts';
import {parseText} from '../unit/exposition/parse-text.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stepMs = 5 * minuteMs;
const rangeHours = 36;
// A full step, so that what Grafana asks for and what is expected are of the same times.
const endMs = Math.floor(Date.now() / stepMs) * stepMs;
const startMs = endMs - rangeHours * hourMs;

/** Results an hour apart, with everything that is hard about them: other servers and providers, failures, a gap. */
const resultAt = (hour: number, endedAtMs: number): TestResult | undefined => {
  if (hour >= 20 && hour < 25) return undefined;
  if (hour % 7 === 3) return failed({endedAtMs});
  if (hour === 12) return failed({endedAtMs, failure: {class: 'dns', reason: 'no address of speed.example'}});
  if (hour === 30) return skipped({endedAtMs, skip: {class: 'budget', reason: 'the budget is used up'}});
  return completed({
    endedAtMs,
    healthy: hour % 4 !== 0,
    measurement: {
      ...fullMeasurement,
      server: {id: String(hour % 3), name: `Server ${hour % 3}`},
      isp: hour < 15 ? 'Example Net' : 'Other Net',
      download: {...fullMeasurement.download, bytesPerSecond: 1e6 * (hour + 1)},
    },
  });
};

const results = Array.from({length: rangeHours}, (_, hour) =>
  resultAt(hour, startMs + hour * hourMs + 7 * minuteMs + 20_000),
).filter((result) => result !== undefined);
const rows = results.map((result, index): JournalRow => {
  const success = results.slice(0, index + 1).findLast(({status}) => status === 'completed');
  return {id: index + 1, result, ...(success && {lastSuccessMs: success.endedAtMs})};
});

let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus({outOfOrderWindow: '30d'});
});
afterAll(() => prometheus?.stop());

/** Writes all results, and repeats each until the next one comes where it is told how often. */
const write = async (instance: string, repeatMs?: number): Promise<void> => {
  const {signal} = new AbortController();
  const map = createMapping({
    profiles,
    prefix: 'speedtest_tracker_',
    appName: 'speedtest-bridge',
    volatileLabels: 'series',
    jobLabels: new Map(),
  });
  const http = {url: new URL(`${prometheus.url}/api/v1/write`), timeoutMs: 20_000, headers: {}};
  const labels = {job: 'speedtest', instance};
  const sink = remoteWriteSink({name: instance, http, labels}, map, '1.2.3');
  let live: readonly LiveSeries[] = [];
  for (const row of rows) {
    const ready = sink.timeline?.prepare([row], live, () => [row]);
    expect(await ready?.send(signal)).toEqual({kind: 'accepted'});
    live = ready?.live ?? [];
    if (repeatMs === undefined) continue;
    const untilMs = rows[row.id]?.result.endedAtMs ?? endMs;
    for (let atMs = row.result.endedAtMs + repeatMs; atMs < untilMs; atMs += repeatMs) {
      expect(await sink.timeline?.repeat([row], [], atMs, signal)).toEqual({kind: 'accepted'});
      live = live.map((series) => ({...series, lastSampleMs: atMs}));
    }
  }
  await sink.close();
};

const variables = (instance: string): Readonly<Record<string, string>> => ({
  job: '.*',
  instance,
  server: '.*',
  isp: '.*',
  window: '3h',
  promised_download: '100',
  promised_upload: '20',
  utc_offset: '0',
  __interval: '5m',
  __rate_interval: '4m',
  __range: `${rangeHours}h`,
});

/** The answer to each query of a dashboard, with what it is of. */
const answers = async (name: string, instance: string) => {
  const asked = readDashboard(name).panels.flatMap((panel) =>
    panel.targets.map((target) => ({panel: panel.title, ...target})),
  );
  const given: {panel: string; refId: string; expr: string; series: readonly Series[]}[] = [];
  for (const {expr, instant, ...of} of asked) {
    const filled = fillIn(expr, variables(instance));
    const series = instant
      ? await prometheus.query(filled, endMs)
      : await prometheus.queryRange(filled, startMs, endMs, stepMs);
    given.push({...of, expr: filled, series});
  }
  return given;
};

type NumberOf = (result: TestResult) => number | undefined;

/** What a line's newest result gives at each step: nothing once it was not seen for so long, or has no such number. */
const stepsFor = (seenForMs: number, numberOf: NumberOf): [number, string][] => {
  const steps: [number, string][] = [];
  for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
    const result = results.findLast(({endedAtMs}) => endedAtMs <= timeMs);
    if (result === undefined || result.endedAtMs <= timeMs - seenForMs) continue;
    const value = numberOf(result);
    if (value !== undefined) steps.push([timeMs, String(value)]);
  }
  return steps;
};

const downloadBits = (result: TestResult): number | undefined =>
  result.status === 'completed' ? (result.measurement.download?.bytesPerSecond ?? 0) * 8 : undefined;

describe.each([
  ['written once', undefined],
  ['repeated', 4 * minuteMs],
] as const)('results that are %s', (instance, repeatMs) => {
  beforeAll(() => write(instance, repeatMs));
  const seenForMs = repeatMs === undefined ? 3 * hourMs : Number.POSITIVE_INFINITY;
  const expectedSteps = (numberOf: NumberOf) => stepsFor(seenForMs, numberOf);

  describe.each(profiles)('fill the dashboard of %s', (profile: Profile) => {
    let given: Awaited<ReturnType<typeof answers>>;
    beforeAll(async () => {
      given = await answers(profile, instance);
    });
    const answer = (panel: string, refId: string): readonly Series[] =>
      given.find((each) => each.panel === panel && each.refId === refId)?.series ?? [];
    const values = (panel: string, refId: string) => answer(panel, refId).map(({samples}) => samples);

    it('in every panel', () => {
      expect(given.length).toBeGreaterThan(80);
      // The hours in which no test of this range has completed have no mean.
      const empty = given.filter(({series}) => series.length === 0);
      expect(empty.filter(({panel}) => !['Download', 'Upload', 'Latency'].includes(panel))).toEqual([]);
      expect(empty.length).toBeLessThan(3 * 24);
    });

    it('with each value for as long as it is the newest, and once', () => {
      expect(values('Rates', 'A')).toEqual([expectedSteps(downloadBits)]);
      expect(values('Tests', 'A')).toEqual([expectedSteps(({status}) => (status === 'completed' ? 1 : 0))]);
      const latency = ({status}: TestResult) => (status === 'completed' ? 0.01125 : undefined);
      expect(values('Latency, idle and under load', 'A')).toEqual([expectedSteps(latency)]);
    });

    it('with the lines that fail, by the class of the failure', () => {
      const ofClass =
        (failure: string): NumberOf =>
        (result) => {
          if (result.status === 'failed') return result.failure.class === failure ? 1 : undefined;
          return result.status === 'skipped' && failure === 'skipped-budget' ? 1 : undefined;
        };
      const failing = answer('Lines whose newest test failed or was skipped, by class', 'A');
      expect(Object.fromEntries(failing.map(({labels, samples}) => [labels['failure'], samples]))).toEqual(
        Object.fromEntries(
          ['dns', 'skipped-budget', 'timeout'].map((failure) => [failure, expectedSteps(ofClass(failure))]),
        ),
      );
    });

    it('with each result as one row of the table', () => {
      const times = values('Results', 'A').flatMap((samples) => samples.map(([, value]) => Number(value)));
      expect(times.toSorted()).toEqual(results.map(({endedAtMs}) => endedAtMs));
      const measured = results.filter(({status}) => status === 'completed');
      const rates = values('Results', 'C').flatMap((samples) => samples.map(([, value]) => Number(value)));
      expect(rates.toSorted((a, b) => a - b)).toEqual(measured.map(downloadBits));
    });

    it('with the reason of each failure, and when it was last seen', () => {
      const reasons = answer('Failures and their reasons', 'A').map(({labels}) => labels['failure']);
      expect(reasons.toSorted()).toEqual(['dns', 'skipped-budget', 'timeout']);
    });

    it('with the mean of each hour of the day', () => {
      const hourOf = (timeMs: number) => new Date(timeMs).getUTCHours();
      const hour = hourOf(results[1]?.endedAtMs ?? 0);
      const rates = results.flatMap((result) =>
        hourOf(result.endedAtMs) === hour ? (downloadBits(result) ?? []) : [],
      );
      const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      const hours = given.filter(({panel, expr}) => panel === 'Download' && expr.includes(`== ${hour})`));
      expect(hours.map(({series}) => series.map(({samples}) => Number(samples[0]?.[1])))).toEqual([[mean]]);
    });
  });
});

it('the variables offer what there is', async () => {
  for (const {query} of readDashboard('documented').variables.filter(({type}) => type === 'query')) {
    const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
    const series = await prometheus.series(fillIn(selector, variables('.*')), startMs, endMs);
    expect(new Set(series.map((labels) => labels[label])).size, query).toBeGreaterThan(0);
  }
});

describe('the dashboard of the bridge', () => {
  it('shows what the bridge tells of itself', async () => {
    const destination = 'mimir';
    const metrics = createOwnMetrics({
      version: '1.2.3',
      jobs: ['wan'],
      destinations: new Map([
        [destination, () => ({lagResults: 0, oldestEndedAtMs: undefined, sentBytes: 9})],
      ]),
      monthlyData: () => ({
        jobs: [{job: 'wan', usedBytes: 1000, budgetBytes: 4000}],
        total: {usedBytes: 1000, budgetBytes: 5000},
      }),
    });
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
    const url = `${prometheus.url}/api/v1/write`;
    const written = await pushTimeseries(series, {
      url,
      fetch: (to, init) => fetch(to, {...init, body: Buffer.from(init?.body ?? new ArrayBuffer())}),
    });
    expect(written.status).toBe(204);
    const given = await answers('bridge', 'bridge');
    expect(given.length).toBeGreaterThan(15);
    expect(given.filter(({series: found}) => found.length === 0)).toEqual([]);
  });
});

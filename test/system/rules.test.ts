import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from 'vitest';
import {isScalar, parseDocument, visit} from 'yaml';
import type {JournalRow} from '../../src/journal/row.ts';
import {type Profile, profiles} from '../../src/metrics/catalog.ts';
import {createMapping} from '../../src/metrics/map.ts';
import type {CompletedTest, Measurement, TestResult} from '../../src/result.ts';
import {rulesFile} from '../../src/rules/rules-file.ts';
import {type Arrival, type InputSeries, promtoolSeries} from '../fixtures/promtool-series.ts';
import {completed, failed, fullMeasurement, skipped} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {provide} from '../peers/provide.ts';

const promised = {downloadBytesPerSecond: 12.5e6, uploadBytesPerSecond: 2.5e6};

interface Scenario {
  readonly name: string;
  /** What the tests of each hour gave, in order. */
  readonly results: readonly TestResult[];
  /** Labels of the alerts that fire, those of the line aside, by the alert's name. */
  readonly fires: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  /** When promtool looks, in hours after the first test; half an hour after the last one when left out. */
  readonly atHours?: number;
}

const {server: _, isp: __, ...elsewhere} = fullMeasurement;
const good = completed();
/** Another server, so that the series' labels change. */
const goodElsewhere = completed({measurement: {...elsewhere, server: {id: '9', name: 'Other'}}});
const unhealthy = completed({healthy: false});
const worse = (changes: Partial<Measurement>): CompletedTest =>
  completed({measurement: {...fullMeasurement, ...changes}});
const slow = worse({download: {bytesPerSecond: 9.9e6}, upload: {bytesPerSecond: 1.9e6}});
const loaded = worse({
  download: {bytesPerSecond: 2e7, latency: {iqmMs: 201, lowMs: 11, highMs: 900, jitterMs: 3}},
});
const lossy = worse({packetLossPercent: 1.5});
const {packetLossPercent: ___, ...withoutLoss} = fullMeasurement;
const lossUnknown = completed({measurement: withoutLoss});
const broken = failed();
const brokenOtherwise = failed({failure: {class: 'dns', reason: 'no address of speed.example'}});
const overBudget = skipped({skip: {class: 'budget', reason: 'the budget of 50 GB is used up'}});

const warning = {severity: 'warning'};
const direction = (name: string) => ({direction: name, ...warning});
const budget = {SpeedtestBudgetUsedUp: [{job_name: 'wan', severity: 'info'}]};

const scenarios: readonly Scenario[] = [
  {name: 'all is well while labels flip', results: [good, goodElsewhere, unhealthy, good, good], fires: {}},
  {name: 'one test fails', results: [good, good, broken], fires: {}},
  {name: 'it works again', results: [good, broken, broken, broken, good], fires: {}},
  {name: 'two fail in a row', results: [good, broken, broken], fires: {SpeedtestFailing: [warning]}},
  {
    name: 'they fail for different reasons',
    results: [good, broken, brokenOtherwise, broken, brokenOtherwise, broken],
    fires: {SpeedtestFailing: [warning]},
  },
  {name: 'none has ever worked', results: [broken], fires: {SpeedtestFailing: [warning]}},
  {name: 'none comes for two and a half hours', results: [good, good], atHours: 3.5, fires: {}},
  {
    name: 'none comes for more than three hours',
    results: [good, good],
    atHours: 4.5,
    fires: {SpeedtestNoResult: [warning]},
  },
  {name: 'the budget is used up', results: [good, good, overBudget, overBudget, overBudget], fires: budget},
  {name: 'two results are slow', results: [slow, slow], fires: {}},
  {name: 'one of four results is fast', results: [slow, good, slow, slow], fires: {}},
  {
    name: 'all results are slow, on changing servers',
    results: [slow, {...slow, healthy: false}, slow, slow],
    fires: {SpeedtestSlowDownload: [direction('download')], SpeedtestSlowUpload: [direction('upload')]},
  },
  {name: 'one of four has low latency', results: [loaded, loaded, good, loaded], fires: {}},
  {
    name: 'the latency under load is high',
    results: [loaded, loaded, loaded, loaded],
    fires: {SpeedtestHighLatencyUnderLoad: [direction('download')]},
  },
  {name: 'one of four loses nothing to speak of', results: [lossy, lossy, lossy, good], fires: {}},
  {
    name: 'packets are lost',
    results: [lossy, lossy, lossy, lossy],
    fires: {SpeedtestPacketLoss: [warning]},
  },
  {
    name: 'for hours it has not been known whether packets are lost',
    results: [lossy, lossy, ...Array.from({length: 5}, () => lossUnknown)],
    fires: {},
  },
];

const alertNames = [
  ...rulesFile({profile: 'documented', prefix: ''}, promised).matchAll(/alert: (\w+)/g),
].map(([, name = '']) => name);

/** When promtool looks at the alerts: all scenarios are side by side, each one a line that ends there. */
const lookMinutes = 8 * 60;

/** Rows of hourly tests, the first of which ended so many hours before promtool looks. */
const hourly = (results: readonly TestResult[], beforeHours: number): readonly JournalRow[] => {
  let lastSuccessMs: number | undefined;
  return results.map((result, hour) => {
    const endedAtMs = (lookMinutes + (hour - beforeHours) * 60) * 60_000;
    if (result.status === 'completed') lastSuccessMs = endedAtMs;
    return {
      id: hour + 1,
      result: {...result, endedAtMs},
      ...(lastSuccessMs !== undefined && {lastSuccessMs}),
    };
  });
};

/** A test of promtool's: what these series make fire, by the alert's name, and that nothing else does. */
const promtoolTest = (
  series: readonly InputSeries[],
  atMinutes: number,
  fires: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>,
) => ({
  interval: '1m',
  input_series: series,
  alert_rule_test: alertNames.map((alertname) => ({
    eval_time: `${atMinutes}m`,
    alertname,
    exp_alerts: (fires[alertname] ?? []).map((labels) => ({exp_labels: labels})),
  })),
});

const countOf = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

const withoutAnnotations = (rules: string): string => {
  const document = parseDocument(rules);
  visit(document, {
    Pair: (_, {key}) => (isScalar(key) && key.value === 'annotations' ? visit.REMOVE : undefined),
  });
  return document.toString();
};

/** What promtool says to these tests. Annotations are left out, which it would have repeated in each of them. */
const runPromtool = async (rules: string, tests: readonly ReturnType<typeof promtoolTest>[]) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rules.yaml'), withoutAnnotations(rules));
  const file = join(folder, 'tests.yaml');
  writeFileSync(file, JSON.stringify({rule_files: ['rules.yaml'], evaluation_interval: '5m', tests}));
  const promtool = await provide('promtool');
  const {stdout, stderr} = await promisify(execFile)(promtool, ['test', 'rules', file]).catch(
    (error: {stdout: string; stderr: string}) => error,
  );
  return `${stdout}${stderr}`.trim();
};

const prefix = 'line_';

/** All scenarios, each on a line of its own: of one job; or of several, whose results' labels don't flip. */
const scenarioTest = (profile: Profile, arrival: Arrival, several: boolean) => {
  const map = createMapping({
    profiles: [profile],
    prefix,
    appName: 'speedtest-bridge',
    volatileLabels: several ? 'info' : 'series',
    jobLabels: new Map(several ? [['wan', {job_name: 'wan'}]] : []),
  });
  const lines = scenarios.map(({name, results, fires, atHours}) => ({
    fires,
    rows: hourly(results, atHours ?? results.length - 0.5),
    labels: {instance: name, job: 'speedtest', site: 'north'},
  }));
  const ofJob = several ? {job_name: 'wan'} : {};
  return promtoolTest(
    lines.flatMap(({rows, labels}) =>
      promtoolSeries(rows, map, arrival, lookMinutes, Object.entries(labels)),
    ),
    lookMinutes,
    Object.fromEntries(
      alertNames.map((alert) => [
        alert,
        lines.flatMap(({fires, labels}) =>
          (fires[alert] ?? []).map((more) => ({...labels, ...ofJob, ...more})),
        ),
      ]),
    ),
  );
};

describe.each(profiles)('the rules of %s', (profile) => {
  const rules = rulesFile({profile, prefix}, promised);

  it('are valid', async () => {
    const file = join(temporaryFolder(), 'rules.yaml');
    writeFileSync(file, rules);
    const {stdout} = await promisify(execFile)(await provide('promtool'), [
      'check',
      'rules',
      '--lint=all',
      file,
    ]);
    expect(stdout).toContain(`SUCCESS: ${countOf(rules, / (record|alert): /g)} rules found`);
  });

  it.each([
    ['every minute', false],
    ['once', true],
  ] as const)('fire when they should, for results that are seen %s', async (arrival, several) => {
    expect(await runPromtool(rules, [scenarioTest(profile, arrival, several)])).toMatch(/SUCCESS$/);
  });
});

it('the alerts of the bridge fire when they should', async () => {
  const labels = {instance: 'home', job: 'bridge'};
  const ofDestination = {...labels, destination: 'mimir'};
  const series = (name: string, more: Readonly<Record<string, string>>, values: string): InputSeries => ({
    series: `speedtest_bridge_${name}{${Object.entries({...labels, ...more})
      .map(([key, value]) => `${key}="${value}"`)
      .join(',')}}`,
    values,
  });
  const rejected = (status: string, values: string) =>
    series('results_rejected_total', {destination: 'mimir', status}, values);
  const lag = (values: string) => series('delivery_lag_seconds', {destination: 'mimir'}, values);
  const well = [rejected('400', '3x60'), lag('0+60x50 0x9'), series('unsaved_results', {}, '0x40 1x5 0x15')];
  const ill = [
    rejected('400', '0x60'),
    // The first rejection with this status: the series begins with it.
    rejected('422', '_x29 1x30'),
    lag('3600+60x60'),
    series('unsaved_results', {}, '0x40 2x20'),
  ];
  const firing = {
    SpeedtestDeliveryLagging: [{...ofDestination, ...warning}],
    SpeedtestDeliveryRejecting: [{...ofDestination, ...warning}],
    SpeedtestResultsUnsaved: [{...labels, ...warning}],
  };
  const tests = [promtoolTest(well, 60, {}), promtoolTest(ill, 60, firing)];
  const rules = rulesFile({profile: 'documented', prefix}, promised);
  expect(await runPromtool(rules, tests)).toMatch(/SUCCESS$/);
});

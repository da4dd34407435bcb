import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import type {TestResult} from '../../src/result.ts';
import {completed, failed, fullMeasurement, skipped} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {createBlocks, type Prometheus, startPrometheus} from '../peers/prometheus.ts';
import {startReceiver} from '../peers/receiver.ts';
import {startVictoriaMetrics} from '../peers/victoria-metrics.ts';
import {runCommand, startBridge} from './bridge.ts';

const hourMs = 3_600_000;
const count = 240;

/** Ten days of hourly tests, with failures, a skipped one, and another provider from the middle on. */
const history = (endMs: number): readonly TestResult[] =>
  Array.from({length: count}, (_, index) => {
    const endedAtMs = endMs - (count - index) * hourMs;
    const times = {startedAtMs: endedAtMs - 20_000, endedAtMs};
    if (index % 50 === 7) return failed(times);
    if (index === 100) return skipped(times);
    const isp = index < count / 2 ? 'Example Net' : 'Other Net';
    const download = {...fullMeasurement.download, bytesPerSecond: 1_000_000 + index};
    return completed({...times, measurement: {...fullMeasurement, isp, download}});
  });

const fill = (path: string, results: readonly TestResult[]): void => {
  const journal = openJournal(path);
  for (const result of results) journal.append(result);
  journal.close();
};

const configurationFor = (path: string, destinations: Readonly<Record<string, string>>) => ({
  labels: {job: 'speedtest', instance: 'home'},
  jobs: [{name: 'wan', schedule: '@yearly', engines: ['embedded']}],
  remote_write: Object.entries(destinations).map(([name, url]) => ({name, url, repeat_interval: '0'})),
  storage: {path},
});

const start = async (outOfOrderWindow?: string, dataDir?: string): Promise<Prometheus> => {
  const prometheus = await startPrometheus({
    ...(outOfOrderWindow !== undefined && {outOfOrderWindow}),
    ...(dataDir !== undefined && {dataDir}),
  });
  onTestFinished(() => prometheus.stop());
  return prometheus;
};

const pointsOf = async (prometheus: Prometheus, fromMs: number, toMs: number) => {
  const found = await prometheus.samples('{__name__=~"speedtest_tracker_.+"}', fromMs, toMs);
  return new Map(found.map(({labels, samples}) => [JSON.stringify(Object.entries(labels).sort()), samples]));
};

it('has the same points in a Prometheus as blocks of promtool have, and leaves a running bridge alone', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const endMs = Date.now() - hourMs;
  fill(path, history(endMs));
  const live = await start('30d');
  const url = `${live.url}/api/v1/write`;
  await startBridge(folder, configurationFor(path, {store: url}));
  const journal = openJournal(path);
  onTestFinished(() => journal.close());
  // The newest sample is one of today before the history comes.
  await vi.waitFor(() => expect(journal.status('store')).toBeDefined(), {timeout: 30_000});
  journal.append(completed({startedAtMs: Date.now() - 20_000, endedAtMs: Date.now()}));
  await vi.waitFor(() => expect(journal.cursor('store')).toBe(count + 1), {timeout: 30_000});
  const backfill = (...args: string[]) =>
    runCommand(['backfill', '--config', 'bridge.yaml', '--until', new Date(endMs).toISOString(), ...args], {
      cwd: folder,
    });

  const sent = await backfill('--to', 'store');
  expect(sent.stderr).toMatch(
    /^240 results to send to store\nPrometheus takes samples up to 30d older than its newest .*\n240 results taken, 0 refused\n$/,
  );
  expect(sent.code).toBe(0);
  expect(journal.status('store')).toMatchObject({cursor: count + 1, rejected: 0});
  // Once more, the same samples change nothing.
  expect(await backfill('--rate', '100000/s')).toMatchObject({code: 0});

  expect(await backfill('--output', 'history.om')).toMatchObject({code: 0, stdout: '', stderr: ''});
  const dataDir = join(folder, 'prometheus');
  await createBlocks(join(folder, 'history.om'), dataDir);
  const blocks = await start(undefined, dataDir);
  const [inLive, inBlocks] = await Promise.all(
    [live, blocks].map((each) => pointsOf(each, endMs - (count + 1) * hourMs, endMs)),
  );
  expect(inLive?.size).toBeGreaterThan(40);
  expect(inBlocks).toEqual(inLive);
  const total = [...(inLive?.values() ?? [])].reduce((sum, samples) => sum + samples.length, 0);
  expect(total).toBeGreaterThan(count * 15);
});

it('tells what a Prometheus without a window refuses, and what to set', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const nowMs = Date.now();
  const prometheus = await start();
  const configuration = configurationFor(path, {store: `${prometheus.url}/api/v1/write`});
  writeFileSync(join(folder, 'bridge.yaml'), JSON.stringify(configuration));
  fill(path, [completed({startedAtMs: nowMs - 20_000, endedAtMs: nowMs - 1000})]);
  const command = (...args: string[]) => runCommand([...args, '--config', 'bridge.yaml'], {cwd: folder});
  expect((await command('backfill')).stderr).toContain('1 results taken, 0 refused');

  fill(path, history(nowMs - hourMs).slice(-9));
  const {code, stderr} = await command('backfill');
  const lines = stderr.split('\n');
  expect(lines).toEqual([
    '10 results to send to store',
    expect.stringMatching(
      /^Prometheus has no out_of_order_time_window: it takes .* up to 1h older .*it keeps them for 36500d/,
    ),
    '9 of 10 results are older than the receiver takes or keeps',
    // The newest, which it has, is no harm.
    '1 results taken, 9 refused',
    expect.stringMatching(/^ {2}9 from \S+Z to \S+Z: HTTP 400 Bad Request: out of (bounds|order sample)$/),
    'Where that is for their age, set:',
    expect.stringMatching(/^ {2}Prometheus: storage\.tsdb\.out_of_order_time_window: 2d in prometheus\.yml/),
    '',
  ]);
  expect(code).toBe(1);
  expect((await command('check')).stdout).toMatch(
    /^ok {6}store\n {8}Prometheus has no out_of_order_time_window/m,
  );
});

it('knows the retention of a VictoriaMetrics, and says where to go on when the receiver stops it', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const results = history(Date.now());
  fill(path, results);
  const victoriaMetrics = await startVictoriaMetrics();
  onTestFinished(() => victoriaMetrics.stop());
  let requests = 0;
  const receiver = await startReceiver({
    kind: 'judge',
    judge: () => {
      requests += 1;
      return {status: requests === 3 ? 401 : 200};
    },
  });
  onTestFinished(() => receiver.stop());
  const destinations = {store: `${victoriaMetrics.url}/api/v1/write`, locked: receiver.url};
  const configuration = {
    ...configurationFor(path, destinations),
    pushgateway: [{name: 'gateway', url: receiver.url}],
  };
  writeFileSync(join(folder, 'bridge.yaml'), JSON.stringify(configuration));
  const backfill = (...args: string[]) =>
    runCommand(['backfill', '--config', 'bridge.yaml', ...args], {cwd: folder});

  const sent = await backfill('--to', 'store');
  expect(sent.stderr).toMatch(/^VictoriaMetrics takes samples up to 36500d old/m);
  expect(sent.stderr).toContain('240 results taken, 0 refused');
  const [ping] = await victoriaMetrics.export('speedtest_tracker_ping{isp="Example Net"}');
  expect(ping?.samples.filter(([, value]) => value !== null).length).toBeGreaterThan(100);

  const stopped = await backfill('--to', 'locked', '--rate', '100/s');
  expect(stopped.stderr).toContain("can't be known: / is the path of no product known here");
  const [, place = ''] =
    /^200 results taken, 0 refused\nstopped: HTTP 401 Unauthorized\nGo on with --from (\S+Z)\n$/m.exec(
      stopped.stderr,
    ) ?? [];
  expect(Date.parse(place)).toBe(results[200]?.endedAtMs);
  expect(stopped.code).toBe(1);
  expect((await backfill('--to', 'locked', '--from', place)).stderr).toContain('40 results taken, 0 refused');

  expect(await backfill('--to', 'gateway')).toMatchObject({
    code: 2,
    stderr: 'gateway is a Pushgateway, which keeps only the newest results\n',
  });
});

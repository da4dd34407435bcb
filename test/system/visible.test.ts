import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startPrometheus} from '../peers/prometheus.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {runCommand, startBridge} from './bridge.ts';

/** A Prometheus, and a folder whose journal has one result. */
const startWithOldResult = async () => {
  const prometheus = await startPrometheus();
  onTestFinished(() => prometheus.stop());
  const folder = temporaryFolder();
  const journal = openJournal(join(folder, 'journal.db'));
  // Older than the five minutes for which Prometheus remembers a sample.
  const endedAtMs = Date.now() - 30 * 60_000;
  journal.append(completed({startedAtMs: endedAtMs - 20_000, endedAtMs}));
  journal.close();
  return {prometheus, folder, endedAtMs};
};

it('an old result stays visible to bare selectors until its job is gone', async () => {
  const {prometheus, folder, endedAtMs} = await startWithOldResult();
  const configuration = {
    jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']}],
    remote_write: [{url: `${prometheus.url}/api/v1/write`, replay: 'all', repeat_interval: '1s'}],
    storage: {path: 'journal.db'},
  };
  const seen = async () =>
    (await prometheus.query('avg(speedtest_tracker_ping)')).map(({samples}) => samples[0]?.[1]);

  const bridge = await startBridge(folder, configuration);
  await vi.waitFor(async () => expect(await seen()).toEqual(['11.25']), {timeout: 20_000, interval: 250});
  bridge.child.kill('SIGTERM');
  await bridge.ended;
  expect(await seen()).toEqual(['11.25']);

  await startBridge(folder, {...configuration, jobs: []});
  await vi.waitFor(async () => expect(await seen()).toEqual([]), {timeout: 30_000, interval: 250});
  const stored = await prometheus.samples('speedtest_tracker_ping', endedAtMs, endedAtMs);
  expect(stored.map(({samples}) => samples)).toEqual([[[endedAtMs, '11.25']]]);
});

it('series whose labels the configuration changes are replaced at the next start', async () => {
  const {prometheus, folder} = await startWithOldResult();
  const configuration = {
    labels: {job: 'speedtest', instance: 'before'},
    jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']}],
    remote_write: [{url: `${prometheus.url}/api/v1/write`, replay: 'all', repeat_interval: '1s'}],
    storage: {path: 'journal.db'},
  };
  const changed = {
    ...configuration,
    labels: {job: 'speedtest', instance: 'after'},
    metrics: {prefix: 'speedtest_tracker_', profiles: ['base-units']},
    remote_write: [
      {
        ...configuration.remote_write[0],
        write_relabel_configs: [{target_label: 'site', replacement: 'attic'}],
      },
    ],
  };
  const seen = async () =>
    (await prometheus.query('{job="speedtest", __name__=~".+_(ping|ping_seconds|success)"}'))
      .map(({labels: {__name__, instance, site = '-'}}) => `${__name__} ${instance} ${site}`)
      .toSorted();
  const become = (expected: readonly string[]) =>
    vi.waitFor(async () => expect(await seen()).toEqual(expected), {timeout: 20_000, interval: 250});

  const first = await startBridge(folder, configuration);
  await become(['speedtest_tracker_ping before -', 'speedtest_tracker_success before -']);
  first.child.kill('SIGTERM');
  await first.ended;
  const second = await startBridge(folder, changed);
  await become(['speedtest_tracker_ping_seconds after attic', 'speedtest_tracker_success after attic']);
  expect(second.stderr()).not.toContain('rejected');
});

it('what `test --push` delivered is what a bridge goes on to show', async () => {
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  const folder = temporaryFolder();
  const configuration = {
    jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded'], run_at_start: true}],
    engines: {embedded: {duration: '200ms'}},
    remote_write: [{url: receiver.url, repeat_interval: '1s'}],
    storage: {path: 'journal.db'},
  };
  const first = await startBridge(folder, configuration);
  await vi.waitFor(() => expect(receiver.samples).not.toEqual([]), {timeout: 20_000});
  first.child.kill('SIGTERM');
  await first.ended;
  const pushed = await runCommand(['test', '--config', 'bridge.yaml', '--push'], {cwd: folder});
  expect(pushed.code).toBe(0);
  const before = receiver.samples.length;
  await startBridge(folder, {...configuration, jobs: [{...configuration.jobs[0], run_at_start: false}]});
  await vi.waitFor(() => expect(receiver.samples.length).toBeGreaterThan(before), {timeout: 20_000});
  const shown = receiver.samples.slice(before).filter(({value}) => value !== 'stale');
  expect(new Set(shown.map(({labels}) => labels['scheduled']))).toEqual(new Set(['false']));
  expect(receiver.violations).toEqual([]);
  expect(receiver.conflicts).toEqual([]);
});

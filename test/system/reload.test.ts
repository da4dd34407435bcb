import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {recorded} from '../fixtures/ookla.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {type Bridge, metricOf, startBridge} from './bridge.ts';

type Configuration = Readonly<Record<string, unknown>> & {readonly web?: object};

const waiting = {timeout: 20_000, interval: 50};
const idle = (name: string, more: object = {}) => ({
  name,
  schedule: '0 0 1 1 *',
  engines: ['embedded'],
  ...more,
});
const quick = {embedded: {duration: '200ms'}};
const storage = {path: 'journal.db'};

const startReceiver = async () => {
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  return receiver;
};

/** A bridge in a folder of its own, and what its file is rewritten with. */
const start = async (configuration: Configuration) => {
  const folder = temporaryFolder();
  const bridge = await startBridge(folder, configuration);
  const write = ({web, ...rest}: Configuration): void =>
    writeFileSync(
      join(folder, 'bridge.yaml'),
      JSON.stringify({...rest, web: {listen: `127.0.0.1:${bridge.port}`, ...web}}),
    );
  return {folder, bridge, write};
};

const fetchText = async (url: string): Promise<string> => (await fetch(url)).text();

/** Sends SIGHUP and waits until the bridge has said what came of it. */
const hangUp = async (bridge: Bridge): Promise<string> => {
  const before = bridge.stderr().length;
  bridge.child.kill('SIGHUP');
  return vi.waitFor(() => {
    const said = bridge.stderr().slice(before);
    expect(said).toMatch(/configuration (not )?reloaded.*\n/);
    return said;
  }, waiting);
};

it('a file that is wrong changes nothing and is told of', async () => {
  const receiver = await startReceiver();
  const configuration = {
    jobs: [idle('wan', {run_at_start: true})],
    engines: quick,
    remote_write: [{name: 'mimir', url: receiver.url}],
    storage,
  };
  const {bridge, write} = await start(configuration);
  await vi.waitFor(() => expect(receiver.samples).not.toEqual([]), waiting);
  const scraped = await fetchText(`${bridge.url}/prometheus`);
  const takenUpAt = await metricOf(bridge, 'config_last_reload_success_timestamp_seconds');
  expect(takenUpAt).toBeGreaterThan(Date.now() / 1000 - 60);

  write({...configuration, labels: {site: 'b'}, jobs: [idle('wan', {schedule: 'often'})]});
  expect(await hangUp(bridge)).toContain('jobs[0].schedule: expected a cron expression');
  // Neither can be changed, and so nothing is.
  write({...configuration, storage: {path: 'other.db'}, web: {path: '/moved', listen: '127.0.0.1:0'}});
  const said = await hangUp(bridge);
  expect(said).toContain("storage.path: can't be changed while the bridge runs");
  await vi.waitFor(() => expect(bridge.stderr()).toContain('web.listen: can'), waiting);

  expect(await fetchText(`${bridge.url}/prometheus`)).toBe(scraped);
  expect(await metricOf(bridge, 'config_last_reload_successful')).toBe(0);
  expect(await metricOf(bridge, 'config_last_reload_success_timestamp_seconds')).toBe(takenUpAt);

  write(configuration);
  expect(await hangUp(bridge)).toContain('configuration reloaded');
  expect(await metricOf(bridge, 'config_last_reload_successful')).toBe(1);
  expect(await metricOf(bridge, 'config_last_reload_success_timestamp_seconds')).toBeGreaterThan(
    takenUpAt ?? 0,
  );
});

it('a test goes on while labels change, a job comes and a destination goes', async () => {
  const [kept, removed] = [await startReceiver(), await startReceiver()];
  const folder = temporaryFolder();
  const [began, go] = [join(folder, 'began'), join(folder, 'go')];
  // Any program that prints Ookla's JSON: this one when it is told to.
  const script = `
    const {existsSync, writeFileSync} = require('node:fs');
    writeFileSync(${JSON.stringify(began)}, '');
    setInterval(() => {
      if (!existsSync(${JSON.stringify(go)})) return;
      console.log(${JSON.stringify(JSON.stringify(recorded))});
      process.exit();
    }, 20);`;
  const slow = idle('slow', {engines: ['command'], run_at_start: true});
  const engines = {...quick, command: {run: [process.execPath, '--eval', script]}};
  const toKept = {name: 'kept', url: kept.url, repeat_interval: '0'};
  const toRemoved = {name: 'removed', url: removed.url, repeat_interval: '0'};
  const {
    bridge,
    write,
    folder: data,
  } = await start({jobs: [slow], engines, remote_write: [toKept, toRemoved], storage});
  await vi.waitFor(() => expect(existsSync(began)).toBe(true), waiting);

  write({
    labels: {site: 'b'},
    jobs: [slow, idle('quick', {run_at_start: true})],
    engines,
    remote_write: [toKept],
    storage,
  });
  expect(await hangUp(bridge)).toContain('configuration reloaded');
  writeFileSync(go, '');
  const jobsIn = (): Set<string | undefined> => new Set(kept.samples.map(({labels}) => labels['job_name']));
  await vi.waitFor(() => expect(jobsIn()).toEqual(new Set(['slow', 'quick'])), waiting);

  const successes = kept.samples.filter(({labels}) => labels['__name__'] === 'speedtest_tracker_success');
  expect(successes.map(({labels, value}) => [labels['job_name'], labels['site'], value])).toEqual([
    ['slow', 'b', 1],
    ['quick', 'b', 1],
  ]);
  expect(await fetchText(`${bridge.url}/prometheus`)).toMatch(/speedtest_tracker_success\{.*"quick".*\} 1\n/);
  expect(removed.requests).toEqual([]);
  expect(await metricOf(bridge, 'delivery_lag_results{destination="removed"}')).toBeUndefined();
  expect(kept.violations).toEqual([]);
  expect(kept.conflicts).toEqual([]);

  // Back, it goes on from its place.
  write({jobs: [idle('quick')], remote_write: [toKept, toRemoved], storage});
  await hangUp(bridge);
  await vi.waitFor(() => expect(removed.samples).not.toEqual([]), waiting);
  const journal = openJournal(join(data, 'journal.db'));
  onTestFinished(() => journal.close());
  await vi.waitFor(() => expect(journal.status('removed')).toMatchObject({lag: 0, rejected: 0}), waiting);
});

it('a destination that is unchanged goes on while others and jobs change', async () => {
  const [receiver, other] = [await startReceiver(), await startReceiver()];
  const mimir = {name: 'mimir', url: receiver.url, repeat_interval: '1s'};
  const jobs = [idle('a'), idle('b')];
  const {bridge, folder, write} = await start({jobs, remote_write: [mimir], storage});
  const journal = openJournal(join(folder, 'journal.db'));
  onTestFinished(() => journal.close());
  // Old enough to be repeated at once.
  const endedAtMs = Date.now() - 60_000;
  for (const job of ['a', 'b']) journal.append(completed({job, startedAtMs: endedAtMs - 20_000, endedAtMs}));
  const sent = () => metricOf(bridge, 'sent_bytes_total{destination="mimir"}');
  const delivered = () => metricOf(bridge, 'results_delivered_total{destination="mimir"}');
  await vi.waitFor(async () => expect(await delivered()).toBe(2), waiting);
  const before = (await sent()) ?? 0;

  // The same keys in another order.
  write({
    jobs: [idle('b', {schedule: '1 0 1 1 *', thresholds: {ping: '50ms'}}), idle('c')],
    remote_write: [
      {repeat_interval: '1s', url: receiver.url, name: 'mimir'},
      {name: 'other', url: other.url},
    ],
    storage: {...storage, retention: '30d'},
  });
  expect(await hangUp(bridge)).toContain('configuration reloaded');
  // One that was started anew would count from 0.
  expect(await sent()).toBeGreaterThanOrEqual(before);
  expect(await metricOf(bridge, 'delivery_lag_results{destination="other"}')).toBe(0);
  // The series of the job that is gone are ended.
  await vi.waitFor(() => {
    const ended = receiver.samples.filter(({value}) => value === 'stale');
    expect(new Set(ended.map(({labels}) => labels['job_name']))).toEqual(new Set(['a']));
  }, waiting);
  expect(receiver.conflicts).toEqual([]);
});

it('is asked for by HTTP where that is allowed, and by no page of another site', async () => {
  const configuration = {jobs: [idle('wan')], storage, web: {reload: true}};
  const {bridge, write} = await start({jobs: configuration.jobs, storage});
  const post = async (headers: Record<string, string> = {}): Promise<[number, string]> => {
    const answer = await fetch(`${bridge.url}/-/reload`, {method: 'POST', headers});
    return [answer.status, await answer.text()];
  };
  expect(await post()).toEqual([404, 'not found; / names what there is\n']);
  write({...configuration, web: {reload: true, path: '/moved'}});
  await hangUp(bridge);
  expect(await fetchText(`${bridge.url}/moved`)).toBe('# no test result yet\n');

  write({...configuration, jobs: 'none'});
  expect(await post({'sec-fetch-site': 'cross-site'})).toEqual([
    403,
    'forbidden: asked for by a page of another site\n',
  ]);
  const [status, problem] = await post();
  expect(status).toBe(400);
  expect(problem).toMatch(/^\S+bridge\.yaml:1:\d+: jobs: expected .*, found "none"\n$/);

  const watched = await fetch(`${bridge.url}/api/v1/progress`);
  write(configuration);
  expect(await post()).toEqual([200, 'configuration reloaded\n']);
  // Who watches has to come back, for it may not be admitted any more.
  expect(await watched.text()).toContain('event: idle');
  expect(await fetchText(`${bridge.url}/prometheus`)).toBe('# no test result yet\n');
});

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {Secret} from '../../../src/secret.ts';
import {createTrackerIntake} from '../../../src/service/tracker-intake.ts';
import {startService} from '../../../src/service.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {trackerRow} from '../../fixtures/tracker.ts';
import {startTrackerApi} from '../../fixtures/tracker-api.ts';
import {open} from '../journal/open.ts';

const silent = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, adjust: () => {}};

/** An intake from a stand-in that has these rows, into a journal of its own. */
const start = async (rows: Record<string, unknown>[]) => {
  const api = await startTrackerApi(rows);
  const journal = open();
  const warnings: string[] = [];
  const intake = createTrackerIntake({
    tracker: () => ({
      url: api.url,
      token: Secret.of(api.token),
      job: 'home',
      timeZone: 'Europe/Berlin',
      intervalMs: 3_600_000,
    }),
    journal,
    log: {...silent, warn: (line) => warnings.push(line)},
    onImported: () => {},
    unfinishedMs: 1,
  });
  onTestFinished(intake.stop);
  return {api, journal, intake, warnings, rows};
};

it('fetches a result once, however often it is told of it', async () => {
  const {api, journal, intake, warnings} = await start([
    trackerRow({id: 5}),
    trackerRow({id: 6, created_at: '2026-03-01 08:07:21'}),
  ]);
  for (const id of [5, 5, 6, 5]) expect(intake.take(id)).toBe(true);
  await vi.waitFor(() => expect(journal.lastId()).toBe(2), {timeout: 5000});
  expect(journal.result(1)?.result).toMatchObject({job: 'home', status: 'completed'});
  expect(intake.take(5)).toBe(true);
  await vi.waitFor(() => expect(api.requests).toHaveLength(3), {timeout: 5000});
  await intake.stop();
  expect(journal.lastId()).toBe(2);
  expect(warnings).toEqual([]);
});

it('waits for the end of a test, and tells what it leaves out', async () => {
  const {journal, intake, warnings, rows} = await start([trackerRow({id: 5, status: 'benchmarking'})]);
  intake.take(5);
  intake.take(404);
  await vi.waitFor(() => expect(warnings).toHaveLength(2), {timeout: 5000});
  expect(warnings).toEqual([
    'result 5 of Speedtest Tracker is left out: its test is not over; import it later',
    expect.stringMatching(/^result 404 of Speedtest Tracker is left out: .*HTTP 404.*; import it later$/),
  ]);
  rows[0] = trackerRow({id: 5});
  intake.take(5);
  await vi.waitFor(() => expect(journal.lastId()).toBe(1), {timeout: 5000});
});

it('takes no more than it can fetch', async () => {
  const {intake} = await start([]);
  const taken = Array.from({length: 101}, (_, id) => intake.take(id + 1));
  expect(taken.filter((isTaken) => !isTaken)).toEqual([false]);
  expect([intake.take(1), intake.take(102)]).toEqual([true, false]);
});

it('tells at its end what was not fetched, also the result that was just asked for', async () => {
  const {api, journal, intake, warnings} = await start([trackerRow({id: 5}), trackerRow({id: 6})]);
  api.faults.push({kind: 'hang'});
  for (const id of [5, 6]) intake.take(id);
  await vi.waitFor(() => expect(api.requests).toHaveLength(1), {timeout: 5000});
  await intake.stop();
  expect(warnings).toEqual(['results 5, 6 of Speedtest Tracker were not fetched; import them later']);
  expect([journal.lastId(), intake.take(7)]).toEqual([0, false]);
});

it('has a result of the tracker shown a moment after its webhook', async () => {
  const api = await startTrackerApi([trackerRow({id: 5})]);
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  const configuration = {
    jobs: [],
    web: {listen: '127.0.0.1:0'},
    storage: {path: join(folder, 'journal.db'), retention: '100y'},
    tracker: {url: api.url, token: api.token, job: 'home'},
  };
  writeFileSync(file, JSON.stringify(configuration));
  const load = () => loadConfig({file, flags: {}, env: {}});
  const service = await startService({config: load(), load, log: silent, version: '1.2.3'});
  onTestFinished(service.stop);
  const webhook = async (body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${service.url}/webhook/speedtest-tracker`, {
      method: 'POST',
      headers: {'content-type': 'application/json', ...headers},
      body: JSON.stringify(body),
    });
    return [response.status, await response.text()];
  };
  // As its versions up to 1.14 send it, and those from then on.
  const sent = {
    result_id: 5,
    site_name: 'Speedtest Tracker',
    server_name: 'Speedtest',
    server_id: 52365,
    ping: 2.782,
  };
  expect(await webhook(sent)).toEqual([202, 'result 5 will be fetched\n']);
  expect(await webhook({event: 'speedtest.completed', ...sent, status: 'completed'})).toEqual([
    202,
    'result 5 will be fetched\n',
  ]);
  const shown = async () => (await fetch(`${service.url}/prometheus`)).text();
  await vi.waitFor(async () => expect(await shown()).toContain('speedtest_tracker_download_bits{'), {
    timeout: 5000,
  });

  expect(await webhook({message: 'Testing the webhook'})).toEqual([200, 'received; it names no result\n']);
  expect(await webhook({result_id: '../5'})).toMatchObject([
    400,
    expect.stringContaining('no number of a result'),
  ]);
  expect(await webhook(sent, {'sec-fetch-site': 'cross-site'})).toMatchObject([403, expect.any(String)]);
  expect(await webhook(sent, {'content-type': 'text/plain'})).toMatchObject([415, expect.any(String)]);
  expect(await webhook({padding: 'x'.repeat(2000)})).toMatchObject([413, expect.any(String)]);
});

import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startTrackerApi} from '../fixtures/tracker-api.ts';
import {makeTrackerDatabase} from '../fixtures/tracker-database.ts';
import {
  downloadOf,
  startedAtMs,
  statusOf,
  type TrackerHistory,
  trackerHistory,
} from '../fixtures/tracker-history.ts';
import {createBlocks, startPrometheus} from '../peers/prometheus.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {runCommand, startBridge, startCommand} from './bridge.ts';

/** A folder with a configuration whose journal is `journal.db`. */
const newFolder = (
  settings: Readonly<Record<string, unknown>> = {},
): {folder: string; configuration: Readonly<Record<string, unknown>>} => {
  const folder = temporaryFolder();
  const configuration = {
    jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']}],
    storage: {path: join(folder, 'journal.db'), retention: '100y'},
    ...settings,
  };
  writeFileSync(join(folder, 'bridge.yaml'), JSON.stringify(configuration));
  return {folder, configuration};
};

const importing = (folder: string, ...args: readonly string[]) =>
  runCommand(['import', ...args, '--config', 'bridge.yaml'], {cwd: folder});

/** Every minute for a day and more in which clocks go back, in a zone half an hour from others. */
const history: TrackerHistory = {
  rows: 2000,
  startMs: Date.parse('2025-11-01T12:00:03Z'),
  everyMs: 60_000,
  timeZone: 'America/St_Johns',
  isSplit: true,
};

const idsOf = (status: string): readonly number[] =>
  Array.from({length: history.rows}, (_, index) => index + 1).filter(
    (id) => statusOf(id, history) === status,
  );

/** What a completed one of the fixtures takes. */
const elapsedMs = 20_005;

describe("Speedtest Tracker's results", () => {
  it('come to the journal once, by whichever way, and from there to Prometheus with their times', async () => {
    const receiver = await startStrictReceiver();
    onTestFinished(() => receiver.stop());
    const {folder, configuration} = newFolder({
      remote_write: [{name: 'store', url: receiver.url, replay: 'all', repeat_interval: '0'}],
    });
    const rows = [...trackerHistory(history)];
    const tracker = makeTrackerDatabase(join(folder, 'tracker.sqlite'), 'split', rows);
    onTestFinished(tracker.close);
    // It has the highest number of all, so that it is in nobody's way: a time that never was in that zone.
    tracker.add({...rows[0], id: 9000, created_at: '2026-03-08 02:30:00'});
    const unfinished = idsOf('waiting').length + idsOf('running').length;
    const finished = history.rows - unfinished;

    const source = ['tracker-sqlite', 'tracker.sqlite'];
    const unasked = await importing(folder, ...source);
    expect(unasked).toMatchObject({code: 2, stdout: ''});
    expect(unasked.stderr).toMatch(
      /^tracker\.sqlite has times without a zone, such as 2025-11-01 09:30:03: say with --timezone /,
    );

    source.push('--timezone', history.timeZone);
    const dry = await importing(folder, ...source, '--dry-run');
    expect(dry.stdout).toContain(
      `${idsOf('completed').length} completed, ${idsOf('failed').length} failed, ${idsOf('skipped').length} skipped\nfrom 2025-11-01T12:00:23.005Z to `,
    );
    expect(dry.stdout).toContain(
      `${finished} results would be imported, 0 there already, 1 results left out`,
    );

    const first = await importing(folder, ...source);
    expect(first.stdout).toBe(
      `${finished} results imported, 0 there already, 1 results left out, ${unfinished} not finished yet\n`,
    );
    expect(first.stderr).toBe(
      'result 9000: created_at: 2026-03-08 02:30:00 never was in America/St_Johns: is that the right --timezone?\n' +
        'not queued for store: speedtest-bridge backfill --to NAME sends them\n',
    );
    expect(first.code).toBe(1);

    const again = await importing(folder, ...source);
    expect(again.stdout).toMatch(new RegExp(`^0 results imported, ${finished} there already, 1 `));
    const api = await startTrackerApi(rows.slice(0, 450));
    writeFileSync(join(folder, 'token'), `${api.token}\n`);
    const fromApi = await importing(
      folder,
      ...['tracker-api', api.url.href, '--token-file', 'token', '--timezone', history.timeZone],
    );
    expect(fromApi).toMatchObject({
      code: 0,
      stdout: '0 results imported, 450 there already, 0 results left out\n',
    });

    const bridge = await startBridge(folder, configuration);
    const exported = await fetch(`${bridge.url}/api/v1/results/export?format=openmetrics`);
    writeFileSync(join(folder, 'out.om'), await exported.text());
    const dataDir = join(folder, 'prometheus');
    await createBlocks(join(folder, 'out.om'), dataDir);
    const prometheus = await startPrometheus({dataDir});
    onTestFinished(() => prometheus.stop());
    const endMs = startedAtMs(history.rows, history) + 60_000;
    const found = await prometheus.samples('speedtest_tracker_download_bytes', history.startMs, endMs);
    expect(found.flatMap(({samples}) => samples).toSorted(([a], [b]) => a - b)).toEqual(
      idsOf('completed').map((id) => [startedAtMs(id, history) + elapsedMs, String(downloadOf(id))]),
    );
    expect(found[0]?.labels).toMatchObject({
      healthy: 'true',
      scheduled: 'true',
      isp: 'Example Net',
      server_id: '3692',
    });

    // They are the past: the bridge sends a test of its own, and a backfill sends them.
    const journal = openJournal(join(folder, 'journal.db'));
    onTestFinished(() => journal.close());
    await vi.waitFor(() => expect(journal.status('store')?.cursor).toBe(finished), {timeout: 30_000});
    expect(receiver.requests).toEqual([]);
    const until = new Date(history.startMs + 100 * history.everyMs).toISOString();
    const backfill = ['backfill', '--to', 'store', '--until', until, '--config', 'bridge.yaml'];
    expect(await runCommand(backfill, {cwd: folder})).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(' results taken, 0 refused\n'),
    });
    const times = () => new Set(receiver.samples.map(({timestampMs}) => timestampMs));
    expect(times().size).toBeGreaterThan(80);
    const endedAtMs = Date.now();
    journal.append(completed({endedAtMs}));
    await vi.waitFor(() => expect(times()).toContain(endedAtMs), {timeout: 30_000});
    expect([...receiver.violations, ...receiver.conflicts]).toEqual([]);
  });

  it('go on where they were broken off', async () => {
    const {folder} = newFolder();
    const rows = [...trackerHistory({...history, rows: 700})];
    const tracker = await startTrackerApi(rows);
    tracker.faults.push(undefined, {kind: 'hang'});
    writeFileSync(join(folder, 'token'), tracker.token);
    const args = ['tracker-api', tracker.url.href, '--token-file', 'token', '--timezone', history.timeZone];
    const broken = startCommand(['import', ...args, '--config', 'bridge.yaml'], {cwd: folder});
    await vi.waitFor(() => expect(tracker.requests).toHaveLength(2), {timeout: 60_000});
    broken.child.kill('SIGINT');
    expect(await broken.ended).toBe(1);
    expect(broken.stdout()).toMatch(/^499 results imported, 0 there already, 0 results left out/);
    expect(broken.stderr()).toBe('stopped: the same command goes on from here\n');
    expect((await importing(folder, ...args)).stdout).toMatch(/^199 results imported, 499 there already/);
    const journal = openJournal(join(folder, 'journal.db'));
    onTestFinished(() => journal.close());
    expect(journal.after(0, 1000)).toHaveLength(698);
  });

  it('are not asked for without a token, and nothing is made by a dry run', async () => {
    const {folder} = newFolder();
    const tracker = await startTrackerApi([...trackerHistory({...history, rows: 3})]);
    const args = ['tracker-api', tracker.url.href, '--timezone', 'UTC', '--dry-run'];
    expect(await importing(folder, ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^tracker-api needs --token-file: /),
    });
    writeFileSync(join(folder, 'token'), '2|wrong');
    expect(await importing(folder, ...args, '--token-file', 'token')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/HTTP 401 Unauthorized: Unauthenticated\./),
    });
    expect(existsSync(join(folder, 'journal.db'))).toBe(false);
  });
});

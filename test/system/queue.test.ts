import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {recorded} from '../fixtures/ookla.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {createBlocks, startPrometheus} from '../peers/prometheus.ts';
import {startReceiver} from '../peers/receiver.ts';
import {runCommand, startBridge, startCommand} from './bridge.ts';

const idleJob = {name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']};

describe('queue', () => {
  it('shows what waits and what was rejected, and has it sent again by the running bridge', async () => {
    const folder = temporaryFolder();
    const receiver = await startReceiver({kind: 'status', reply: {status: 400, body: 'out of order'}});
    onTestFinished(() => receiver.stop());
    await startBridge(folder, {
      jobs: [idleJob],
      remote_write: [
        {name: 'picky', url: receiver.url, repeat_interval: '0'},
        {name: 'down', url: 'http://127.0.0.1:9/'},
      ],
      storage: {path: 'journal.db'},
    });
    const journal = openJournal(join(folder, 'journal.db'));
    onTestFinished(() => journal.close());
    journal.append(completed());
    await vi.waitFor(() => expect(journal.rejections('picky')).toHaveLength(1), {timeout: 10_000});
    await vi.waitFor(() => expect(journal.status('down')?.failure).toBeDefined(), {timeout: 10_000});
    const queue = (...args: string[]) =>
      runCommand(['queue', ...args, '--config', 'bridge.yaml'], {cwd: folder});

    const status = await queue('status');
    expect(status.stdout).toMatch(
      /^picky\n {2}position {4}result 1\n {2}waiting {5}0 results\n {2}rejected {4}1\ndown\n/,
    );
    expect(status.stdout).toMatch(/waiting {5}1 results, the oldest for \d+ d\n/);
    expect(status.stdout).toMatch(
      /last error {2}\S+Z connection refused by 127\.0\.0\.1:9\n {2}next try {4}\S+Z\n/,
    );

    expect((await queue('rejected', 'picky')).stdout).toMatch(
      /^picky: result 1 \(wan of \S+Z\), rejected \S+Z: HTTP 400 Bad Request: out of order\n$/,
    );

    receiver.behave({kind: 'accept'});
    expect((await queue('retry', 'picky')).stdout).toBe('picky: 1 results will be sent again\n');
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(2), {timeout: 10_000});
    await vi.waitFor(() => expect(journal.status('picky')).toMatchObject({rejected: 0, retrying: 0}), {
      timeout: 10_000,
    });

    const unknown = await queue('status', 'nowhere');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: 'no destination is called "nowhere": the configuration has picky, down\n',
    });
  });

  it('writes rejected results for promtool, whose blocks have them at their times', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const endedAtMs = Date.now() - 48 * 3_600_000;
    const journal = openJournal(path);
    journal.cursor('store');
    journal.append(completed({startedAtMs: endedAtMs - 20_000, endedAtMs}));
    journal.append(completed({startedAtMs: endedAtMs + 3_580_000, endedAtMs: endedAtMs + 3_600_000}));
    for (const resultId of [1, 2]) journal.reject('store', {resultId, cause: 'too old', atMs: Date.now()});
    journal.close();
    const configuration = {
      // What results have of their own stays.
      labels: {instance: 'home', isp: 'Other Net'},
      jobs: [idleJob],
      remote_write: [
        {
          name: 'store',
          url: 'http://127.0.0.1:9/',
          write_relabel_configs: [{target_label: 'site', replacement: 'north'}],
        },
      ],
      storage: {path},
    };
    writeFileSync(join(folder, 'bridge.yaml'), JSON.stringify(configuration));
    const {code} = await runCommand(['queue', 'export', '--config', 'bridge.yaml', '--output', 'out.om'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    const dataDir = join(folder, 'prometheus');
    await createBlocks(join(folder, 'out.om'), dataDir);
    const prometheus = await startPrometheus({dataDir});
    onTestFinished(() => prometheus.stop());
    const found = await prometheus.samples('speedtest_tracker_ping', endedAtMs, endedAtMs + 3_600_000);
    expect(found).toMatchObject([
      {
        labels: {job: 'speedtest', instance: 'home', isp: 'Example Net', site: 'north'},
        samples: [
          [endedAtMs, '11.25'],
          [endedAtMs + 3_600_000, '11.25'],
        ],
      },
    ]);
  });

  it('writes what a Pushgateway rejected, with the labels that are pushed', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const journal = openJournal(path);
    journal.cursor('gateway');
    journal.append(completed({endedAtMs: 1_772_345_262_000}));
    journal.reject('gateway', {resultId: 1, cause: 'no', atMs: Date.now()});
    journal.close();
    const configuration = {
      labels: {job: 'speedtest', instance: 'home'},
      jobs: [idleJob],
      remote_write: [{name: 'store', url: 'http://127.0.0.1:9/'}],
      pushgateway: [{name: 'gateway', url: 'http://127.0.0.1:9/'}],
      storage: {path},
    };
    writeFileSync(join(folder, 'bridge.yaml'), JSON.stringify(configuration));
    const {code, stdout} = await runCommand(
      ['queue', 'export', 'gateway', '--config', 'bridge.yaml', '--output', '-'],
      {cwd: folder},
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^speedtest_tracker_ping\{.*instance="home".*job="speedtest".*\} 11\.25 1772345262\.000$/m,
    );
  });
});

describe('import ookla-json', () => {
  it('takes each result once, with its own time, and tells wrong lines by number', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'bridge.yaml'),
      JSON.stringify({jobs: [idleJob], storage: {path: 'journal.db', retention: '100y'}}),
    );
    const later = {...recorded, timestamp: '2026-03-01T07:07:42Z'};
    const lines = [JSON.stringify(recorded), '{"type":"log"}', '', JSON.stringify(later), 'no json'];
    writeFileSync(join(folder, 'results.jsonl'), `${lines.join('\n')}\n`);
    const args = ['import', 'ookla-json', 'results.jsonl', '--config', 'bridge.yaml'];
    const first = await runCommand(args, {cwd: folder});
    expect(first.stdout).toBe('2 results imported, 0 there already, 2 lines left out\n');
    expect(first.stderr).toMatch(/^line 2: .+\nline 5: not JSON\n$/);
    expect(first.code).toBe(1);
    const again = await runCommand(args, {cwd: folder});
    expect(again.stdout).toBe('0 results imported, 2 there already, 2 lines left out\n');
    const journal = openJournal(join(folder, 'journal.db'));
    expect(journal.after(0, 10).map(({result}) => result.endedAtMs)).toEqual([
      Date.parse(recorded.timestamp),
      Date.parse(later.timestamp),
    ]);
    journal.close();
    expect(readFileSync(join(folder, 'results.jsonl'), 'utf8')).toContain('no json');
  });

  it('reads standard input to its end', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'bridge.yaml'),
      JSON.stringify({jobs: [idleJob], storage: {path: 'journal.db', retention: '100y'}}),
    );
    const importing = (source: string) =>
      startCommand(['import', 'ookla-json', source, '--config', 'bridge.yaml'], {cwd: folder, stdin: 'pipe'});
    const {child, stdout, ended} = importing('-');
    child.stdin?.end(JSON.stringify(recorded));
    expect(await ended).toBe(0);
    expect(stdout()).toBe('1 results imported, 0 there already, 0 lines left out\n');
    const unnamed = importing('');
    expect(await unnamed.ended).toBe(2);
    expect(unnamed.stderr()).toMatch(/^ cannot be read: ENOENT/);
  });

  it('takes what comes by standard input as it comes, and is stopped while it waits for more', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'bridge.yaml'),
      JSON.stringify({jobs: [idleJob], storage: {path: 'journal.db', retention: '100y'}}),
    );
    const journal = openJournal(join(folder, 'journal.db'));
    onTestFinished(() => journal.close());
    const args = ['import', 'ookla-json', '-', '--config', 'bridge.yaml'];
    const {child, stdout, stderr, ended} = startCommand(args, {cwd: folder, stdin: 'pipe'});
    for (const lines of [1, 2]) {
      child.stdin?.write(`${JSON.stringify({...recorded, isp: `of line ${lines}`})}\n{"type":`);
      await vi.waitFor(() => expect(journal.lastId()).toBe(lines), {timeout: 20_000});
      child.stdin?.write('"log"}\n');
    }
    await vi.waitFor(() => expect(stderr()).toContain('line 4: '), {timeout: 20_000});
    child.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(stdout()).toBe('2 results imported, 0 there already, 2 lines left out\n');
    expect(stderr()).toMatch(/^line 2: .+\nline 4: .+\nstopped: the same command goes on from here\n$/);
  });

  it('says what it can not read', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'bridge.yaml'),
      JSON.stringify({jobs: [idleJob], storage: {path: 'journal.db'}}),
    );
    const {code, stderr} = await runCommand(['import', 'ookla-json', 'none', '--config', 'bridge.yaml'], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^none cannot be read: ENOENT/);
    expect(code).toBe(2);
  });
});

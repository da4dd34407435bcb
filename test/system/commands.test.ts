import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {freePort} from '../peers/port.ts';
import {startPrometheus} from '../peers/prometheus.ts';
import {startPushgateway} from '../peers/pushgateway.ts';
import {startReceiver} from '../peers/receiver.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {runCommand, startBridge, startCommand} from './bridge.ts';

const idleJob = {name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']};

const write = (folder: string, configuration: unknown): string => {
  const file = join(folder, 'bridge.yaml');
  writeFileSync(file, typeof configuration === 'string' ? configuration : JSON.stringify(configuration));
  return file;
};

describe('a configuration that can not be used', () => {
  it('lists every problem of a configuration, a line each', async () => {
    const cwd = temporaryFolder();
    write(cwd, 'jobs:\n  - {schedule: x, engines: [y]}\nwebb: {}\n');
    const {code, stderr} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^bridge\.yaml:2:16: jobs\[0\]\.schedule: expected a cron expression/),
      expect.stringMatching(/^bridge\.yaml:2:29: jobs\[0\]\.engines\[0\]: expected one of/),
      expect.stringMatching(/^bridge\.yaml:3:7: webb: unknown key$/),
    ]);
  });

  it('names the line and column of invalid YAML', async () => {
    const cwd = temporaryFolder();
    write(cwd, 'jobs: []\nweb: {path: "/a}\n');
    const {code, stderr} = await runCommand(['run', '--config', 'bridge.yaml'], {cwd});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^bridge\.yaml:\d+:\d+: invalid YAML: /);
  });
});

it('lists the options of a command before the settings', async () => {
  const {stdout} = await runCommand(['import', '--help'], {cwd: temporaryFolder()});
  const lines = [
    'Positionals:',
    '  source ',
    'Options:',
    '  --job ',
    '  --config ',
    'Settings, ',
    '  --web-listen ',
  ];
  const places = lines.map((line) => stdout.indexOf(`\n${line}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

describe('run can not start', () => {
  const start = async (configuration: Readonly<Record<string, unknown>>, cwd = temporaryFolder()) => {
    write(cwd, {jobs: [], ...configuration});
    return runCommand(['run', '--config', 'bridge.yaml'], {cwd});
  };

  it('on a port in use', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const {code, stderr} = await start({web: {listen: `127.0.0.1:${port}`}});
    expect(stderr).toBe(`address 127.0.0.1:${port} is already in use (web.listen)\n`);
    expect(code).toBe(1);
  });

  it('on a data folder that can not be written', async () => {
    const {code, stderr} = await start({storage: {path: '/proc/journal.db'}});
    expect(stderr).toMatch(
      /^journal \/proc\/journal\.db.* cannot be opened or made: .* \(storage\.path\)\n$/,
    );
    expect(code).toBe(1);
  });

  it('on a journal of a newer version', async () => {
    const cwd = temporaryFolder();
    const path = join(cwd, 'journal.db');
    const journal = openJournal(path);
    journal.append(completed());
    journal.close();
    const db = new Libsql(path);
    onTestFinished(() => void db.close());
    db.exec('PRAGMA user_version = 99');
    const {code, stderr} = await start({storage: {path: 'journal.db'}}, cwd);
    expect(stderr).toMatch(
      /^journal journal\.db has schema version 99, .* written by a newer speedtest-bridge.*\n$/,
    );
    expect(code).toBe(1);
    expect(db.prepare('SELECT count(*) AS results FROM results').get()).toMatchObject({results: 1});
  });

  it('on what is no database', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'journal.db'), 'my notes '.repeat(200));
    const {code, stderr} = await start({storage: {path: 'journal.db'}}, cwd);
    expect(stderr).toBe('journal journal.db is not a journal: it is no SQLite database (storage.path)\n');
    expect(code).toBe(1);
  });

  it('on the journal of another bridge', async () => {
    const folder = temporaryFolder();
    await startBridge(folder, {jobs: [], storage: {path: 'journal.db'}});
    const {code, stderr} = await start({storage: {path: 'journal.db'}, web: {listen: '127.0.0.1:0'}}, folder);
    expect(stderr).toBe('journal journal.db is in use by another speedtest-bridge (storage.path)\n');
    expect(code).toBe(1);
  });
});

describe('run', () => {
  it('ends a running test on SIGTERM within 5 s and records it as interrupted', async () => {
    const folder = temporaryFolder();
    const bridge = await startBridge(folder, {
      jobs: [{...idleJob, run_at_start: true}],
      engines: {embedded: {duration: '60s'}},
      storage: {path: 'journal.db'},
    });
    await vi.waitFor(
      async () => expect(await (await fetch(`${bridge.url}/api/v1/jobs`)).text()).toContain('"running":true'),
      {timeout: 10_000},
    );
    const killedAtMs = Date.now();
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toBe(0);
    expect(Date.now() - killedAtMs).toBeLessThan(5000);
    const journal = openJournal(join(folder, 'journal.db'));
    expect(journal.after(0, 10).map(({result}) => result)).toMatchObject([
      {status: 'failed', failure: {class: 'interrupted', reason: expect.stringContaining('stopping')}},
    ]);
    journal.close();
  });

  it('skips a run that would exceed a budget, and says so wherever it tells of results', async () => {
    const folder = temporaryFolder();
    const journal = openJournal(join(folder, 'journal.db'));
    journal.append(completed({endedAtMs: Date.now()}));
    journal.close();
    const bridge = await startBridge(folder, {
      jobs: [{...idleJob, run_at_start: true, data_budget: '2GB'}],
      storage: {path: 'journal.db'},
    });
    const get = async (path: string) => (await fetch(`${bridge.url}${path}`)).text();
    await vi.waitFor(async () => expect(await get('/prometheus')).toContain('failure="skipped-budget"'), {
      timeout: 10_000,
    });
    expect(bridge.stderr()).toContain('data budget of job wan: 1.23 GB of 2 GB used, it begins anew on');
    const metrics = await get('/metrics');
    expect(metrics).toContain('speedtest_bridge_runs_skipped_total{job="wan",reason="budget"} 1\n');
    expect(metrics).toContain('speedtest_bridge_data_used_bytes{job="wan"} 1230864307\n');
    expect(metrics).toContain('speedtest_bridge_data_budget_bytes{job="wan"} 2000000000\n');
  });

  it('answers before the first test', async () => {
    const bridge = await startBridge(temporaryFolder(), {jobs: [idleJob]});
    const response = await fetch(`${bridge.url}/prometheus`);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^# .*\n$/);
  });

  it('keeps testing and serving while its destinations fail in every way', async () => {
    const receivers = await Promise.all([
      startReceiver({kind: 'status', reply: {status: 400, body: 'out of order'}}),
      startReceiver({kind: 'status', reply: {status: 503}}),
      startReceiver({kind: 'hang'}),
      startReceiver({kind: 'garbage'}),
      startReceiver({kind: 'reset'}),
    ]);
    onTestFinished(async () => {
      await Promise.all(receivers.map((receiver) => receiver.stop()));
    });
    const bridge = await startBridge(temporaryFolder(), {
      jobs: [{...idleJob, run_at_start: true}],
      engines: {embedded: {duration: '300ms'}},
      remote_write: [
        ...receivers.map(({url}, index) => ({url, name: `fault${index}`})),
        {url: 'http://nowhere.invalid/', name: 'unknown'},
        {url: `http://127.0.0.1:${await freePort()}/`, name: 'refusing'},
      ],
    });
    await vi.waitFor(
      async () => expect(await (await fetch(`${bridge.url}/prometheus`)).text()).toContain('_success{'),
      {timeout: 20_000, interval: 100},
    );
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(`${bridge.url}/metrics`)).text();
        expect(metrics).toContain(
          'speedtest_bridge_results_rejected_total{destination="fault0",status="400"} 1',
        );
        for (const name of ['fault1', 'fault3', 'fault4', 'unknown', 'refusing']) {
          expect(metrics).toMatch(
            new RegExp(`deliveries_total\\{destination="${name}",outcome="retry"\\} [1-9]`),
          );
          expect(metrics).toContain(`speedtest_bridge_delivery_lag_results{destination="${name}"} 1`);
        }
      },
      {timeout: 20_000, interval: 100},
    );
    expect(bridge.stderr()).toContain('rejected for good: HTTP 400 Bad Request: out of order');
    expect(bridge.stderr()).toContain('host name nowhere.invalid');
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toBe(0);
  });
});

describe('test', () => {
  const embedded = ['test', '--engine', 'embedded', '--engines-embedded-duration', '300ms'];

  it('needs no configuration file and prints a table', async () => {
    const {code, stdout} = await runCommand(embedded, {cwd: temporaryFolder()});
    expect(stdout).toMatch(/^Engine +embedded/m);
    expect(stdout).toMatch(/^Download +[\d.]+ [kMGT]?bit\/s/m);
    expect(stdout).toMatch(/^Packet loss +\d+(\.\d+)? %$/m);
    expect(code).toBe(0);
  });

  it('prints the result alone with --json', async () => {
    const {code, stdout} = await runCommand([...embedded, '--json'], {cwd: temporaryFolder()});
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'completed',
      job: 'test',
      scheduled: false,
      measurement: {engine: {name: 'embedded'}, server: {name: 'embedded reflector'}},
    });
    expect(code).toBe(0);
  });

  it('delivers with --push, alone or through a bridge that runs on the same journal', async () => {
    const [prometheus, pushgateway] = await Promise.all([startPrometheus(), startPushgateway()]);
    onTestFinished(async () => {
      await Promise.all([prometheus.stop(), pushgateway.stop()]);
    });
    const folder = temporaryFolder();
    const configuration = {
      labels: {instance: 'pusher'},
      jobs: [idleJob],
      engines: {embedded: {duration: '300ms'}},
      remote_write: [{name: 'store', url: `${prometheus.url}/api/v1/write`}],
      pushgateway: [{name: 'gateway', url: pushgateway.url}],
      storage: {path: 'journal.db'},
    };
    write(folder, configuration);
    const stored = async () =>
      (await prometheus.samples('speedtest_tracker_ping', 0, Date.now()))[0]?.samples.length;

    const alone = await runCommand(['test', '--config', 'bridge.yaml', '--push'], {cwd: folder});
    expect(alone).toMatchObject({code: 0, stderr: 'store: delivered\ngateway: delivered\n'});
    expect(await stored()).toBe(1);
    expect(await pushgateway.metrics()).toContain('speedtest_tracker_ping{');

    await startBridge(folder, configuration);
    const beside = await runCommand(['test', '--config', 'bridge.yaml', '--push'], {cwd: folder});
    expect(beside).toMatchObject({code: 0, stderr: 'store: delivered\ngateway: delivered\n'});
    expect(await stored()).toBe(2);
  });

  it('delivers with --push beside another one, whichever of the two gets to it', async () => {
    const folder = temporaryFolder();
    const receiver = await startReceiver({kind: 'slow', afterMs: 1000});
    onTestFinished(() => receiver.stop());
    write(folder, {
      jobs: [idleJob],
      engines: {embedded: {duration: '300ms'}},
      remote_write: [{name: 'store', url: receiver.url}],
      storage: {path: 'journal.db'},
    });
    const push = () => runCommand(['test', '--config', 'bridge.yaml', '--push'], {cwd: folder});
    const both = await Promise.all([push(), push()]);
    expect(both.map(({code, stderr}) => ({code, stderr}))).toEqual(
      new Array(2).fill({code: 0, stderr: 'store: delivered\n'}),
    );
  });

  it('fails with 1 where a destination rejects the result, and says why', async () => {
    const folder = temporaryFolder();
    const receiver = await startReceiver({kind: 'status', reply: {status: 400, body: 'label too long'}});
    onTestFinished(() => receiver.stop());
    write(folder, {
      jobs: [idleJob],
      engines: {embedded: {duration: '300ms'}},
      remote_write: [{name: 'picky', url: receiver.url}],
      storage: {path: 'journal.db'},
    });
    const {code, stderr} = await runCommand(['test', '--config', 'bridge.yaml', '--push'], {cwd: folder});
    expect(stderr).toBe('picky: rejected: HTTP 400 Bad Request: label too long\n');
    expect(code).toBe(1);
  });

  it('fails with 1 when its reflector goes in the middle', async () => {
    const cwd = temporaryFolder();
    const port = await freePort();
    const reflector = startCommand(['reflector', '--listen', `127.0.0.1:${port}`], {cwd});
    await vi.waitFor(() => expect(reflector.stdout()).toContain(`http://127.0.0.1:${port}/`), {
      timeout: 10_000,
    });
    const args = ['test', '--engine', 'librespeed', '--server', `http://127.0.0.1:${port}/`, '--json'];
    const test = startCommand([...args, '--engines-librespeed-duration', '20s'], {cwd});
    await new Promise((resolve) => setTimeout(resolve, 3000));
    reflector.child.kill('SIGKILL');
    expect(await test.ended).toBe(1);
    expect(JSON.parse(test.stdout())).toMatchObject({
      status: 'failed',
      failure: {class: 'connection', reason: expect.stringContaining('127.0.0.1')},
    });
  });

  it('works against the reflector command', async () => {
    const cwd = temporaryFolder();
    const reflector = startCommand(['reflector', '--listen', '127.0.0.1:0'], {cwd});
    const url = await vi.waitFor(
      () => {
        const found = /Reflector at (\S+)/.exec(reflector.stdout())?.[1];
        if (found === undefined) throw new Error('no address yet');
        return found;
      },
      {timeout: 10_000},
    );
    const args = [
      'test',
      '--engine',
      'librespeed',
      '--server',
      url,
      '--engines-librespeed-duration',
      '300ms',
    ];
    const {code, stdout} = await runCommand(args, {cwd});
    expect(stdout).toMatch(/^Upload/m);
    expect(code).toBe(0);
    reflector.child.kill('SIGTERM');
    expect(await reflector.ended).toBe(0);
  });

  it('shows its progress on a terminal', async () => {
    // `script` gives the command a terminal of its own.
    const cwd = temporaryFolder();
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const line = [process.execPath, main, ...embedded].join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd,
      env: {...process.env, TERM: 'xterm', COLUMNS: '100'},
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    await once(child, 'close');
    expect(shown).toMatch(/download +█*░* +[\d.]+ [kMGT]?bit\/s/);
    expect(shown).toMatch(/Download +[\d.]+ [kMGT]?bit\/s/);
  });
});

describe('check', () => {
  it('prints thresholds, and how much of the budgets is used', async () => {
    const cwd = temporaryFolder();
    const job = {
      ...idleJob,
      timezone: 'UTC',
      data_budget: '50GB',
      thresholds: {download: '100Mbps', ping: '50ms'},
    };
    const configuration = {jobs: [job], data_budget: '1TB', web: {listen: '127.0.0.1:0'}};
    write(cwd, {...configuration, storage: {path: 'journal.db'}});
    const check = () => runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    const {stdout} = await check();
    expect(stdout).toContain('job wan is healthy with download at least 100 Mbit/s, ping at most 50.0 ms\n');
    expect(stdout).toContain('data budget of job wan: 0 B of 50 GB used, it begins anew on ');

    const journal = openJournal(join(cwd, 'journal.db'));
    journal.append(completed({endedAtMs: Date.now()}));
    journal.close();
    const {stdout: after, code} = await check();
    expect(after).toMatch(
      /^data budget of job wan: 1\.23 GB of 50 GB used, it begins anew on \S+-01 \(UTC\)$/m,
    );
    expect(after).toMatch(/^data budget of all jobs: 1\.23 GB of 1 TB used, /m);
    expect(code).toBe(0);
  });

  it('prints the next runs, and tries every destination without delivering', async () => {
    const [prometheus, pushgateway] = await Promise.all([startPrometheus(), startPushgateway()]);
    onTestFinished(async () => {
      await Promise.all([prometheus.stop(), pushgateway.stop()]);
    });
    const cwd = temporaryFolder();
    write(cwd, {
      jobs: [{name: 'wan', schedule: '7 6 * * *', timezone: 'Europe/Berlin', engines: ['embedded']}],
      remote_write: [{name: 'store', url: `${prometheus.url}/api/v1/write`}],
      pushgateway: [{name: 'gateway', url: pushgateway.url}],
      web: {listen: '127.0.0.1:0'},
    });
    const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(stdout.match(/^ {2}\d{4}-\d\d-\d\d 06:07:00 /gm)).toHaveLength(5);
    expect(stdout).toMatch(/^ok {6}store$/m);
    expect(stdout).toMatch(/^ok {6}gateway$/m);
    expect(code).toBe(0);
    expect(await prometheus.series('{__name__=~".+"}', 0, Date.now() + 1000)).toEqual([]);
  });

  it.each<[string, Parameters<typeof startReceiver>[0], RegExp]>([
    [
      'a 4xx',
      {kind: 'status', reply: {status: 401, body: 'no credentials'}},
      /HTTP 401 Unauthorized: no credentials/,
    ],
    ['a 5xx', {kind: 'status', reply: {status: 500, body: 'oops'}}, /HTTP 500 Internal Server Error: oops/],
    ['silence', {kind: 'hang'}, /no answer from 127\.0\.0\.1:\d+ within 1 s/],
    ['garbage', {kind: 'garbage'}, /127\.0\.0\.1:\d+ answered something that is not HTTP/],
  ])('says that a destination answers with %s', async (_name, behaviour, message) => {
    const receiver = await startReceiver(behaviour);
    onTestFinished(() => receiver.stop());
    const cwd = temporaryFolder();
    const destination = {name: 'store', url: receiver.url, remote_timeout: '1s'};
    write(cwd, {jobs: [], remote_write: [destination], web: {listen: '127.0.0.1:0'}});
    const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(stdout).toMatch(new RegExp(`^FAILED  store: ${message.source}$`, 'm'));
    expect(code).toBe(1);
  });

  it("says that an engine's program is missing, or its licence not accepted", async () => {
    const cwd = temporaryFolder();
    const path = join(cwd, 'no-such-program');
    write(cwd, {
      jobs: [{name: 'wan', schedule: '@yearly', engines: ['ookla', 'iperf3', 'command']}],
      engines: {iperf3: {path, host: 'iperf.example'}, command: {run: [process.execPath, '-v']}},
      web: {listen: '127.0.0.1:0'},
    });
    const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(stdout).toMatch(/^FAILED {2}engine ookla: engines\.ookla\.accept_license is not true$/m);
    expect(stdout).toContain(`FAILED  engine iperf3: no program ${path} was found (engines.iperf3.path)\n`);
    expect(stdout).toMatch(/^ok {6}engine command$/m);
    expect(code).toBe(1);
  });

  it('says that a journal that is not there yet can not be made', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'file'), '');
    write(cwd, {jobs: [], web: {listen: '127.0.0.1:0'}, storage: {path: 'file/new/journal.db'}});
    const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(stdout).toMatch(
      /^FAILED {2}journal file\/new\/journal\.db: .*\/file is no folder \(storage\.path\)$/m,
    );
    expect(code).toBe(1);
  });

  it('says that a destination is not there, the journal is unusable and the address taken', async () => {
    const cwd = temporaryFolder();
    const receiver = await startReceiver();
    onTestFinished(() => receiver.stop());
    writeFileSync(join(cwd, 'journal.db'), 'my notes '.repeat(200));
    const closed = await freePort();
    write(cwd, {
      jobs: [],
      remote_write: [
        {name: 'refusing', url: `http://127.0.0.1:${closed}/`},
        {name: 'unknown', url: 'http://nowhere.invalid/'},
      ],
      web: {listen: `127.0.0.1:${receiver.port}`},
      storage: {path: 'journal.db'},
    });
    const {code, stdout} = await runCommand(['check', '--config', 'bridge.yaml'], {cwd});
    expect(stdout).toContain(`FAILED  refusing: connection refused by 127.0.0.1:${closed}\n`);
    expect(stdout).toMatch(/^FAILED {2}unknown: host name nowhere\.invalid /m);
    expect(stdout).toMatch(/^FAILED {2}journal journal\.db: .*no SQLite database/m);
    expect(stdout).toContain(`127.0.0.1:${receiver.port} is already in use (web.listen)`);
    expect(code).toBe(1);
  });
});

it('the quick start shows a completed test within 60 s of its start', async () => {
  const port = await freePort();
  const cwd = temporaryFolder();
  const example = new URL('../../examples/quickstart.yaml', import.meta.url).pathname;
  const bridge = startCommand(['run', '--config', example], {
    cwd,
    env: {SPEEDTEST_BRIDGE_WEB_LISTEN: `127.0.0.1:${port}`},
  });
  await vi.waitFor(
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/prometheus`)).text();
      expect(text).toMatch(/^speedtest_tracker_download_bits\{.*status="completed".*\} \d/m);
    },
    {timeout: 60_000, interval: 250},
  );
  expect(bridge.stdout()).toContain(`http://127.0.0.1:${port}/prometheus`);
});

it('a result in the journal is never delivered twice by a restart', async () => {
  const folder = temporaryFolder();
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  const deliveredAtMs = () =>
    receiver.arrived
      .filter(({labels}) => labels['__name__'] === 'speedtest_tracker_ping')
      .map(({timestampMs}) => timestampMs);
  const configuration = {
    jobs: [],
    remote_write: [{name: 'store', url: receiver.url, repeat_interval: '0'}],
    storage: {path: 'journal.db'},
  };
  const first = await startBridge(folder, configuration);
  const journal = openJournal(join(folder, 'journal.db'));
  onTestFinished(() => journal.close());
  const nowMs = Date.now();
  journal.append(completed({endedAtMs: nowMs}));
  await vi.waitFor(() => expect(journal.cursor('store')).toBe(1), {timeout: 10_000});
  first.child.kill('SIGKILL');
  await first.ended;
  await startBridge(folder, configuration);
  // Results come in order: what is delivered again comes before it.
  journal.append(completed({endedAtMs: nowMs + 1}));
  await vi.waitFor(() => expect(journal.cursor('store')).toBe(2), {timeout: 10_000});
  expect(deliveredAtMs()).toEqual([nowMs, nowMs + 1]);
});

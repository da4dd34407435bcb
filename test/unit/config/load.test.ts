import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ConfigError, loadConfig, loadStorage} from '../../../src/config/load.ts';
import {engineNames} from '../../../src/engine/engines.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const load = (
  text: string,
  {flags = {}, env = {}}: {flags?: Record<string, string>; env?: Record<string, string>} = {},
) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  writeFileSync(file, text);
  try {
    const config = loadConfig({file, flags, env});
    return {...config, warnings: config.warnings.map((warning) => warning.replaceAll(file, 'bridge.yaml'))};
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new ConfigError(error.problems.map((problem) => problem.replaceAll(file, 'bridge.yaml')));
    }
    throw error;
  }
};

const problemsOf = (...args: Parameters<typeof load>): readonly string[] => {
  try {
    load(...args);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const job = (lines: string) => `jobs:\n  - ${lines}\n`;
const wan = job(`{name: wan, schedule: '7 * * * *', engines: [embedded]}`);

describe('a configuration', () => {
  it('that is complete', () => {
    const config = load(`
labels: {job: lines, instance: home, site: north}
metrics: {profiles: [documented, base-units], prefix: '', volatile_labels: info, app_name: mine}
jobs:
  - {name: wan, schedule: '7 * * * *', timezone: Europe/Berlin, jitter: 2m, engines: [embedded], timeout: 90s, run_at_start: true, labels: {line: fibre}}
engines: {librespeed: {server: 'http://127.0.0.1:8989/', duration: 5s, connections: 2}}
remote_write:
  - {url: 'https://mimir.example/api/v1/push', headers: {X-Scope-OrgID: home}, basic_auth: {username: u, password: p}}
pushgateway:
  - {url: 'http://pushgateway:9091', grouping_key: {instance: home}}
web: {listen: '127.0.0.1:9999', path: /prom, allowed_ips: [10.0.0.0/8, '::1'], trusted_proxies: [10.0.0.1]}
storage: {path: db/journal.db, retention: 1y}
log: {level: debug, format: json}
`);
    expect(config).toMatchObject({
      labels: {job: 'lines', instance: 'home', site: 'north'},
      metrics: {profiles: ['documented', 'base-units'], prefix: '', volatileLabels: 'info', appName: 'mine'},
      jobs: [
        {
          name: 'wan',
          jitterMs: 120_000,
          timeoutMs: 90_000,
          runAtStart: true,
          engines: ['embedded'],
          labels: {line: 'fibre'},
        },
      ],
      engines: {librespeed: {server: 'http://127.0.0.1:8989/', durationMs: 5000, connections: 2}},
      remote_write: [
        {
          name: 'remote_write https://mimir.example/api/v1/push',
          http: {timeoutMs: 30_000, login: {kind: 'basic', username: 'u'}},
        },
      ],
      pushgateway: [{name: 'pushgateway http://pushgateway:9091/', groupingKey: {instance: 'home'}}],
      web: {listen: [{host: '127.0.0.1', port: 9999}], path: '/prom'},
      storage: {path: 'db/journal.db', retentionMs: 365 * 86_400_000},
      log: {level: 'debug', format: 'json'},
    });
    expect(config.jobs[0]?.schedule.timeZone).toBe('Europe/Berlin');
  });

  it('with budgets and thresholds', () => {
    const config = load(`
jobs:
  - name: wan
    schedule: '7 * * * *'
    engines: [embedded]
    data_budget: 50GB
    thresholds: {download: 100Mbps, upload: 2.5MB/s, ping: 12.5ms, packet_loss: 1%}
  - {name: lan, schedule: '@daily', engines: [embedded], thresholds: {upload: 1 Gbit/s, packet_loss: 0%}}
data_budget: 1TB
`);
    expect(config.data_budget).toEqual({bytes: 1e12});
    expect(config.jobs).toMatchObject([
      {
        dataBudgetBytes: 50e9,
        thresholds: {
          downloadBytesPerSecond: 12.5e6,
          uploadBytesPerSecond: 2.5e6,
          latencyMs: 12.5,
          packetLossPercent: 1,
        },
      },
      {thresholds: {uploadBytesPerSecond: 125e6, packetLossPercent: 0}},
    ]);
    expect(config.jobs[1]).not.toHaveProperty('dataBudgetBytes');
    expect(load(wan, {env: {SPEEDTEST_BRIDGE_JOBS_DATA_BUDGET: '5GB'}}).jobs[0]?.dataBudgetBytes).toBe(5e9);
    expect(load(wan, {flags: {'jobs-thresholds-ping': '20ms'}}).jobs[0]?.thresholds).toEqual({latencyMs: 20});
  });

  it('warns of schedules that public servers would not like', () => {
    const list = join(temporaryFolder(), 'servers.json');
    writeFileSync(list, '[]');
    const warnings = (schedule: string, engines: string, settings: string): readonly string[] =>
      load(`${job(`{schedule: '${schedule}', engines: [${engines}]}`)}engines: {librespeed: {${settings}}}`)
        .warnings;
    expect(warnings('*/9 * * * *', 'embedded, librespeed', `server_list: ${list}`)).toEqual([
      'bridge.yaml:2:16: jobs[0].schedule: runs every 6m at times, and librespeed may use public servers: ' +
        'less often than every 10m is kind to them, and not rate limited',
    ]);
    expect(warnings('*/10 * * * *', 'librespeed', `server_list: ${list}`)).toEqual([]);
    expect(warnings('* * * * *', 'librespeed', `server: 'http://own.example/'`)).toEqual([]);
    expect(warnings('* * * * *', 'embedded', '')).toEqual([]);
  });

  it('needs no more than jobs, and they may be none', () => {
    const config = load('jobs: []');
    expect(config).toMatchObject({
      labels: {job: 'speedtest'},
      metrics: {profiles: ['documented'], prefix: 'speedtest_tracker_', volatileLabels: 'series'},
      jobs: [],
      web: {listen: [{port: 9817}], path: '/prometheus', tls: undefined, access: {trustedProxies: undefined}},
      storage: {path: 'data/speedtest-bridge.db'},
    });
    expect(config.labels.instance).not.toBe('');
  });

  it('takes every value by variable or flag too, where the flag wins over the variable and that over the file', () => {
    const config = load(`${wan}web: {listen: ':1', path: /file}\n`, {
      env: {
        SPEEDTEST_BRIDGE_WEB_LISTEN: ':2',
        SPEEDTEST_BRIDGE_WEB_PATH: '/variable',
        SPEEDTEST_BRIDGE_REMOTE_WRITE_URL: 'http://127.0.0.1:9090/api/v1/write',
        SPEEDTEST_BRIDGE_REMOTE_WRITE_HEADERS: '{X-Scope-OrgID: home}',
        SPEEDTEST_BRIDGE_WEB_ALLOWED_IPS: '10.0.0.0/8, ::1',
        SPEEDTEST_BRIDGE_JOBS_RUN_AT_START: 'true',
      },
      flags: {'web-path': '/flag', 'jobs-name': 'lan'},
    });
    expect(config.web).toMatchObject({listen: [{port: 2}], path: '/flag'});
    expect(config.remote_write[0]?.http.headers['X-Scope-OrgID']?.reveal()).toBe('home');
    expect(config.jobs).toMatchObject([{name: 'lan', runAtStart: true}]);
  });

  it('can come from variables alone', () => {
    const env = {SPEEDTEST_BRIDGE_JOBS_SCHEDULE: '@hourly', SPEEDTEST_BRIDGE_JOBS_ENGINES: 'embedded'};
    expect(loadConfig({flags: {}, env}).jobs).toMatchObject([{name: 'speedtest', engines: ['embedded']}]);
  });

  it('reads secrets from files, and shows none anywhere', () => {
    const file = join(temporaryFolder(), 'password');
    writeFileSync(file, 'hunter2\n');
    const config = load(
      `jobs: []\nremote_write: [{url: 'http://a/', basic_auth: {username: u, password_file: ${file}}}, {name: b, url: 'http://b/', authorization: {credentials: hunter3}}]`,
    );
    const [first, second] = config.remote_write.map(({http}) => http.login);
    expect(first?.kind === 'basic' && first.password.reveal()).toBe('hunter2');
    expect(second?.kind === 'authorization' && second.credentials.reveal()).toBe('hunter3');
    expect(JSON.stringify(config.remote_write)).not.toMatch(/hunter/);
  });

  it('keeps a password in an address out of the destination’s name', () => {
    const config = load(`jobs: []\nremote_write: [{url: 'http://user:hunter2@a.example/push?key=hunter3'}]`);
    expect(config.remote_write[0]?.name).toBe('remote_write http://a.example/push');
  });
});

describe('every problem has its place, path, expectation and value', () => {
  it.each<[string, string, string]>([
    [
      'bad cron',
      job(`{schedule: '61 * * * *', engines: [embedded]}`),
      `bridge.yaml:2:16: jobs[0].schedule: expected a cron expression of five or six fields (61 is a invalid expression for minute), found "61 * * * *"`,
    ],
    [
      'unknown time zone',
      job(`{schedule: '@daily', timezone: Europe/Atlantis, engines: [embedded]}`),
      `bridge.yaml:2:36: jobs[0].timezone: expected an IANA time zone such as Europe/Berlin, found "Europe/Atlantis"`,
    ],
    [
      'bad duration',
      job(`{schedule: '@daily', jitter: 2 minutes, engines: [embedded]}`),
      `bridge.yaml:2:34: jobs[0].jitter: expected a duration such as 30s, 1h30m or 400d, found "2 minutes"`,
    ],
    [
      'a number for a duration',
      job(`{schedule: '@daily', timeout: 120, engines: [embedded]}`),
      `bridge.yaml:2:35: jobs[0].timeout: expected a text, found 120`,
    ],
    [
      'unknown engine',
      job(`{schedule: '@daily', engines: [fast]}`),
      `bridge.yaml:2:36: jobs[0].engines[0]: expected one of ${engineNames.join(', ')}, found "fast"`,
    ],
    [
      'no engine',
      job(`{schedule: '@daily', engines: []}`),
      `bridge.yaml:2:35: jobs[0].engines: expected at least one engine, found []`,
    ],
    [
      'a missing key',
      job(`{engines: [embedded]}`),
      `bridge.yaml:2:5: jobs[0].schedule: expected a text, found nothing`,
    ],
    ['no jobs at all', `web: {}`, `bridge.yaml: jobs: expected a list, found nothing`],
    [
      'an unknown key',
      `jobs: []\nweb: {allowed_ip: [10.0.0.1]}`,
      `bridge.yaml:2:19: web.allowed_ip: unknown key`,
    ],
    [
      'an unknown key at the top',
      `jobs: []\nremote_writes: []`,
      `bridge.yaml:2:16: remote_writes: unknown key`,
    ],
    [
      'two jobs of one name',
      `jobs:\n  - {name: a, schedule: '@daily', engines: [embedded]}\n  - {name: a, schedule: '@daily', engines: [embedded]}`,
      `bridge.yaml:3:12: jobs[1].name: expected a name of its own, found "a" again`,
    ],
    [
      'two destinations of one name',
      `jobs: []\nremote_write: [{name: a, url: 'http://a'}, {name: a, url: 'http://b'}]`,
      `bridge.yaml:2:51: remote_write[1].name: expected a name of its own, found "a" again`,
    ],
    [
      'two jobs without a name',
      `jobs:\n  - {schedule: '@daily', engines: [embedded]}\n  - {schedule: '@daily', engines: [embedded]}`,
      `bridge.yaml:3:5: jobs[1]: expected a name of its own, found "speedtest" again`,
    ],
    [
      'two destinations of one address',
      `jobs: []\nremote_write: [{url: 'http://a/w'}, {url: 'http://a/w'}]`,
      `bridge.yaml:2:37: remote_write[1]: expected a name of its own, found "remote_write http://a/w" again`,
    ],
    [
      'an address without a scheme',
      `jobs: []\nremote_write: [{url: 'mimir:9009'}]`,
      `bridge.yaml:2:22: remote_write[0].url: expected an http:// or https:// address, found "mimir:9009"`,
    ],
    [
      'two passwords',
      `jobs: []\nremote_write: [{url: 'http://a', authorization: {}}]`,
      `bridge.yaml:2:49: remote_write[0].authorization: expected exactly one of credentials and credentials_file, found {}`,
    ],
    [
      'a password file that is not there',
      `jobs: []\nremote_write: [{url: 'http://a', authorization: {credentials_file: /nowhere}}]`,
      `bridge.yaml:2:68: remote_write[0].authorization.credentials_file: expected a file that can be read, found "/nowhere"`,
    ],
    [
      'two ways to log in',
      `jobs: []\nremote_write: [{url: 'http://a', basic_auth: {username: u, password: p}, authorization: {credentials: c}}]`,
      `bridge.yaml:2:16: remote_write[0]: expected at most one of basic_auth and authorization, found a group of keys`,
    ],
    [
      'a secret that is no text',
      `jobs: []\ntracker: {url: 'http://a', token: [hunter2]}`,
      `bridge.yaml:2:35: tracker.token: expected a text, found <secret>`,
    ],
    [
      'a header of the protocol',
      `jobs: []\nremote_write: [{url: 'http://a', headers: {Content-Type: text/plain}}]`,
      `bridge.yaml:2:58: remote_write[0].headers.Content-Type: expected a header that is free to set (to log in, see basic_auth and authorization), found "Content-Type"`,
    ],
    [
      'a grouping key that results have themselves',
      `jobs: []\npushgateway: [{url: 'http://a', grouping_key: {isp: x}}]`,
      `bridge.yaml:2:53: pushgateway[0].grouping_key.isp: expected a label that results do not have themselves, found "isp"`,
    ],
    [
      'a reserved path',
      `jobs: []\nweb: {path: /metrics}`,
      `bridge.yaml:2:13: web.path: expected a path other than /, /metrics, /-/healthy, /-/ready, /-/reload, /webhook/speedtest-tracker, found "/metrics"`,
    ],
    [
      'a label of our own',
      job(`{schedule: '@daily', engines: [embedded], labels: {isp: x}}`),
      `bridge.yaml:2:61: jobs[0].labels.isp: expected a label that speedtest-bridge does not set itself, found "isp"`,
    ],
    [
      'librespeed without a server',
      job(`{schedule: '@daily', engines: [librespeed]}`),
      `bridge.yaml:2:35: jobs[0].engines: engine librespeed needs engines.librespeed.server or engines.librespeed.server_list`,
    ],
    [
      'a pinned server without a list',
      `jobs: []\nengines: {librespeed: {server: 'http://a', server_id: 7}}`,
      `bridge.yaml:2:55: engines.librespeed.server_id: expected a server_list that has it, found 7`,
    ],
    [
      'an authority that is none',
      `jobs: []\nengines: {librespeed: {ca_file: /dev/null}}`,
      `bridge.yaml:2:33: engines.librespeed.ca_file: expected a file of PEM certificates that can be read, found "/dev/null"`,
    ],
    [
      'an authority that is not there',
      `jobs: []\nengines: {cloudflare: {ca_file: /none.pem}}`,
      `bridge.yaml:2:33: engines.cloudflare.ca_file: expected a file of PEM certificates that can be read, found "/none.pem"`,
    ],
    [
      'an address of a service that is none',
      `jobs: []\nengines: {cloudflare: {url: speed.example}}`,
      `bridge.yaml:2:29: engines.cloudflare.url: expected an http:// or https:// address without user, query and fragment, found "speed.example"`,
    ],
    [
      'a source address that is none',
      job(`{schedule: '@daily', engines: [embedded], source_address: eth0}`),
      `bridge.yaml:2:63: jobs[0].source_address: expected an IP address of this machine, found "eth0"`,
    ],
    [
      'a source address of the other family',
      job(`{schedule: '@daily', engines: [embedded], source_address: 192.0.2.1, ip_family: 6}`),
      `bridge.yaml:2:63: jobs[0].source_address: expected an address of the ip_family, found "192.0.2.1"`,
    ],
    [
      'an IP family that is none',
      job(`{schedule: '@daily', engines: [embedded], ip_family: 5}`),
      `bridge.yaml:2:58: jobs[0].ip_family: expected one of 4, 6, found 5`,
    ],
    [
      'a jitter that reaches into the next run',
      job(`{schedule: '*/5 * * * *', jitter: 5m, engines: [embedded]}`),
      `bridge.yaml:2:39: jobs[0].jitter: expected less than the time between two runs, 5m, found 5m`,
    ],
    [
      'a budget without a unit',
      job(`{schedule: '@daily', engines: [embedded], data_budget: 50}`),
      `bridge.yaml:2:60: jobs[0].data_budget: expected an amount of data above zero, such as 500MB, 50GB or 10GiB, found 50`,
    ],
    [
      'no budget at all',
      `jobs: []\ndata_budget: 0GB`,
      `bridge.yaml:2:14: data_budget: expected an amount of data above zero, such as 500MB, 50GB or 10GiB, found "0GB"`,
    ],
    [
      'a rate without a unit',
      job(`{schedule: '@daily', engines: [embedded], thresholds: {download: 100}}`),
      `bridge.yaml:2:70: jobs[0].thresholds.download: expected a rate above zero, such as 100Mbps, 1.5Gbit/s or 12MB/s, found 100`,
    ],
    [
      'a latency without a unit',
      job(`{schedule: '@daily', engines: [embedded], thresholds: {ping: 50}}`),
      `jobs[0].thresholds.ping: expected a latency above zero, such as 50ms or 12.5ms, found 50`,
    ],
    [
      'a loss without a unit',
      job(`{schedule: '@daily', engines: [embedded], thresholds: {packet_loss: 0.01}}`),
      `jobs[0].thresholds.packet_loss: expected a percentage such as 1% or 0.5%, found 0.01`,
    ],
    [
      'a loss of more than all',
      job(`{schedule: '@daily', engines: [embedded], thresholds: {packet_loss: 101%}}`),
      `jobs[0].thresholds.packet_loss: expected a percentage such as 1% or 0.5%, found "101%"`,
    ],
    ['a list where a group belongs', `- 1`, `bridge.yaml:1:1: expected a group of keys, found [1]`],
    ['invalid YAML', `jobs: [\nweb: {`, `bridge.yaml:2:`],
  ])('%s', (_name, text, problem) => {
    const problems = problemsOf(text);
    expect(problems.join('\n')).toContain(problem);
  });

  it.each([
    '10/8',
    '10.0.0.0/',
    '10.0.0.0/08',
    '010.0.0.1',
    '0xA.0.0.0',
    ' 10.0.0.1',
    '10.0.0.0/33',
    'localhost',
    '',
  ])('the network %j', (entry) => {
    const [problem, ...others] = problemsOf(`jobs: []\nweb: {allowed_ips: ['::1', '${entry}']}`);
    expect(problem).toMatch(/^bridge\.yaml:2:\d+: web\.allowed_ips\[1\]: /);
    expect(problem).toContain(JSON.stringify(entry));
    expect(others).toEqual([]);
  });

  it('an empty allowlist', () => {
    expect(problemsOf('jobs: []\nweb: {allowed_ips: []}')).toEqual([
      'bridge.yaml:2:20: web.allowed_ips: the list is empty: to admit everyone, write the two entries 0.0.0.0/0 and ::/0',
    ]);
  });

  it('all at once', () => {
    const problems = problemsOf(`
jobs:
  - {name: a, schedule: x, engines: [embedded]}
  - {name: a, schedule: '@daily', timeout: soon, engines: [embedded]}
web: {listen: '9817', colour: red}
`);
    expect(problems).toHaveLength(5);
  });

  it('also in a flag or a variable', () => {
    expect(
      problemsOf('jobs: []', {
        flags: {'web-listen': '9817'},
        env: {SPEEDTEST_BRIDGE_STORAGE_RETENTION: 'ever'},
      }),
    ).toEqual([
      expect.stringContaining('--web-listen: web.listen: "9817" has no colon'),
      'SPEEDTEST_BRIDGE_STORAGE_RETENTION: storage.retention: expected a duration above zero, such as 30s, 1h30m or 400d, found "ever"',
    ]);
  });

  it('also an unknown variable', () => {
    expect(problemsOf('jobs: []', {env: {SPEEDTEST_BRIDGE_WEB_LISTENS: ':1', OTHER: 'x'}})).toEqual([
      'SPEEDTEST_BRIDGE_WEB_LISTENS: unknown variable',
    ]);
  });

  it('never shows a secret', () => {
    const problems = problemsOf(
      `jobs: []\nremote_write: [{url: 'ftp://u:hunter2@a', basic_auth: {username: [1], password: {x: hunter2}}, authorization: {credentials: [hunter2]}, headers: {a: [hunter2]}}]`,
    );
    expect(problems.length).toBeGreaterThanOrEqual(5);
    expect(problems.join('\n')).not.toContain('hunter2');
  });
});

describe('the file', () => {
  it.each([
    [
      'that is not there',
      (folder: string) => join(folder, 'none.yaml'),
      /none\.yaml: no such configuration file$/,
    ],
    ['that is a folder', (folder: string) => folder, /: expected a configuration file, found a directory$/],
  ])('%s', (_name, place, message) => {
    const file = place(temporaryFolder());
    expect(() => loadConfig({file, flags: {}, env: {}})).toThrow(message);
  });

  it('that is empty has no jobs', () => {
    expect(problemsOf('')).toEqual(['bridge.yaml: jobs: expected a list, found nothing']);
  });
});

describe('where the journal is', () => {
  const storageOf = (text: string, flags: Record<string, string> = {}) => {
    const file = join(temporaryFolder(), 'bridge.yaml');
    writeFileSync(file, text);
    return loadStorage({file, flags, env: {}});
  };
  const url = `remote_write: [{url: 'http://127.0.0.1/', basic_auth: {username: u, password_file: none}}]\n`;

  it('can be told where all else is wrong', () => {
    const text = `${url}jobs: 7\nwebb: {}\nstorage: {path: mine.db}\n`;
    expect(() => load(text)).toThrow(ConfigError);
    expect(storageOf(text)).toMatchObject({path: 'mine.db', retentionMs: 400 * 86_400_000});
    expect(storageOf(text, {'storage-path': 'other.db'})).toMatchObject({path: 'other.db'});
    expect(storageOf(url)).toMatchObject({path: 'data/speedtest-bridge.db'});
  });

  it.each([
    ['storage: {path: true}\n', /bridge\.yaml:1:17: storage\.path: expected .*, found true$/],
    ['storage: {paths: a.db}\n', /bridge\.yaml:1:\d+: storage\.paths: unknown key$/],
    ['7\n', /bridge\.yaml/],
  ])('can not be told by %j', (text, problem) => {
    expect(() => storageOf(text)).toThrow(problem);
  });
});

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ConfigError, loadConfig} from '../../../src/config/load.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';

/** Loads a configuration without jobs; places in messages are in `bridge.yaml`. */
const load = (text: string, env: Record<string, string> = {}) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  writeFileSync(file, `jobs: []\n${text}`);
  const shorten = (lines: readonly string[]) => lines.map((line) => line.replaceAll(file, 'bridge.yaml'));
  try {
    const config = loadConfig({file, flags: {}, env});
    return {config, warnings: shorten(config.warnings), problems: []};
  } catch (error) {
    if (error instanceof ConfigError) return {warnings: [], problems: shorten(error.problems)};
    throw error;
  }
};
const remoteWrite = (keys: string) => load(`remote_write: [{url: 'http://a', ${keys}}]`);
const settings = (keys: string) => remoteWrite(keys).config?.remote_write[0];

const write = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
};

// The block of https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#remote_write and its http_config
// with every key that can stand beside the others, in the documentation's order and with its defaults.
const documentedBlock = (password: string): string => `remote_write:
- url: https://mimir.example/api/v1/push
  protobuf_message: io.prometheus.write.v2.Request
  remote_timeout: 20s
  headers:
    X-Scope-OrgID: home
  write_relabel_configs:
    - source_labels: [__name__]
      regex: speedtest_.*
      action: keep
      modulus: 8
  name: mimir
  send_exemplars: false
  send_native_histograms: false
  round_robin_dns: false
  queue_config:
    capacity: 10000
    max_shards: 50
    min_shards: 1
    max_samples_per_send: 2000
    batch_send_deadline: 5s
    min_backoff: 30ms
    max_backoff: 5s
    retry_on_http_429: false
    sample_age_limit: 1d
  metadata_config:
    send: true
    send_interval: 1m
    max_samples_per_send: 500
  basic_auth:
    username: u
    password_file: ${password}
  follow_redirects: true
  enable_http2: true
  tls_config:
    server_name: mimir.internal
    insecure_skip_verify: true
    min_version: TLS12
    max_version: TLS13
  proxy_url: http://proxy.example:3128
  no_proxy: 10.0.0.0/8,internal
  proxy_from_environment: false
  proxy_connect_header:
    X-Proxy-Key: [one, two]
  http_headers:
    X-Values:
      values: [a, b]
      secrets: [c]
      files: [${password}]
`;

describe('a block of prometheus.yml', () => {
  it('is taken as it is', () => {
    const {config, problems} = load(documentedBlock(write('password', 'pass\n')));
    expect(problems).toEqual([]);
    const [destination] = config?.remote_write ?? [];
    expect(destination).toMatchObject({
      name: 'mimir',
      protobufMessage: 'io.prometheus.write.v2.Request',
      writeRelabelConfigs: [{action: 'keep', sourceLabels: ['__name__']}],
      queue: {
        minBackoffMs: 30,
        maxBackoffMs: 5000,
        retryOn429: false,
        sampleAgeLimitMs: 86_400_000,
        maxSamplesPerSend: 2000,
      },
      http: {
        timeoutMs: 20_000,
        followRedirects: true,
        login: {kind: 'basic', username: 'u'},
        tls: {
          serverName: 'mimir.internal',
          insecureSkipVerify: true,
          minVersion: 'TLSv1.2',
          maxVersion: 'TLSv1.3',
        },
        proxy: {kind: 'fixed', url: new URL('http://proxy.example:3128'), noProxy: '10.0.0.0/8,internal'},
      },
    });
    expect(destination?.http.headers['X-Scope-OrgID']?.reveal()).toBe('home');
    expect(destination?.http.headers['X-Values']?.reveal()).toBe('a, b, c, pass');
    expect(destination?.http.proxy?.connectHeaders['X-Proxy-Key']?.reveal()).toBe('one, two');
  });

  it('has a warning for each key that has no effect', () => {
    expect(load(documentedBlock(write('password', 'pass'))).warnings).toEqual([
      'bridge.yaml:18:15: remote_write[0].queue_config.capacity: has no effect: results wait in the journal',
      'bridge.yaml:19:17: remote_write[0].queue_config.max_shards: has no effect: requests go one by one unless connections says otherwise',
      'bridge.yaml:20:17: remote_write[0].queue_config.min_shards: has no effect: requests go one by one unless connections says otherwise',
      'bridge.yaml:22:26: remote_write[0].queue_config.batch_send_deadline: has no effect: a result is sent when its test has ended',
      'bridge.yaml:28:11: remote_write[0].metadata_config.send: has no effect: metadata goes with remote write 2.0 alone',
      'bridge.yaml:29:20: remote_write[0].metadata_config.send_interval: has no effect: metadata goes with remote write 2.0 alone',
      'bridge.yaml:30:27: remote_write[0].metadata_config.max_samples_per_send: has no effect: metadata goes with remote write 2.0 alone',
      'bridge.yaml:35:17: remote_write[0].enable_http2: has no effect: requests are made by HTTP/1.1',
      'bridge.yaml:12:16: remote_write[0].write_relabel_configs[0].modulus: has no effect: the action keep does not use it',
    ]);
  });

  it.each(['send_native_histograms: true', 'round_robin_dns: true', 'sigv4: {use_fips_sts_endpoint: true}'])(
    '%s has a warning too',
    (key) => {
      expect(remoteWrite(key).warnings).toEqual([expect.stringContaining('has no effect: ')]);
      expect(remoteWrite(key.replace('true', 'false')).warnings).toEqual([]);
    },
  );

  it('has nothing to warn of where it is short', () => {
    expect(remoteWrite('').warnings).toEqual([]);
  });
});

it('a Pushgateway takes the same HTTP settings', () => {
  const {config, warnings} = load(`pushgateway:
  - {url: 'http://p', sigv4: {region: x}, tls_config: {server_name: s}, proxy_from_environment: true, enable_http2: true, replay: all}`);
  expect(config?.pushgateway).toMatchObject([
    {
      http: {login: {kind: 'sigv4'}, tls: {serverName: 's'}, proxy: {kind: 'environment'}},
      replay: {kind: 'all'},
    },
  ]);
  expect(warnings).toEqual([
    'bridge.yaml:3:117: pushgateway[0].enable_http2: has no effect: requests are made by HTTP/1.1',
  ]);
});

describe('a login', () => {
  const loginOf = (keys: string) => settings(keys)?.http.login;
  const file = () => write('secret', ' of-file \n');

  it('by basic_auth, from files', () => {
    const login = loginOf(`basic_auth: {username_file: ${file()}, password_file: ${file()}}`);
    expect(login?.kind === 'basic' && [login.username, login.password].map(reveal)).toEqual([
      'of-file',
      'of-file',
    ]);
  });

  it('by basic_auth without a password', () => {
    const login = loginOf('basic_auth: {username: u}');
    expect(login?.kind === 'basic' && [login.username, login.password].map(reveal)).toEqual(['u', '']);
  });

  it.each(['12345', '0123', '1e3', '1.0', '123456789012345678901'])(
    'by the number %s as it is written',
    (text) => {
      const login = loginOf(
        `basic_auth: {username: ${text}, password: ${text}}, headers: {X-Scope-OrgID: ${text}}`,
      );
      expect(login?.kind === 'basic' && [login.username, login.password].map(reveal)).toEqual([text, text]);
    },
  );

  it.each([
    ['authorization: {type: Token, credentials: c}', 'Token', 'c'],
    ['bearer_token: c', 'Bearer', 'c'],
    ['bearer_token_file: FILE', 'Bearer', 'of-file'],
  ])('by %s', (keys, type, credentials) => {
    const login = loginOf(keys.replace('FILE', file()));
    expect(login).toMatchObject({kind: 'authorization', type});
    expect(login?.kind === 'authorization' && login.credentials.reveal()).toBe(credentials);
  });

  it('by oauth2', () => {
    const login = loginOf(`oauth2: {client_id: c, client_secret_file: ${file()}, scopes: [a, b],
      token_url: 'https://t.example/token', endpoint_params: {audience: mimir}, tls_config: {server_name: s},
      proxy_url: 'http://p', http_headers: {X-A: {values: [a]}}}, remote_timeout: 9s`);
    expect(login).toMatchObject({
      kind: 'oauth2',
      clientId: 'c',
      scopes: ['a', 'b'],
      http: {
        url: new URL('https://t.example/token'),
        timeoutMs: 9000,
        followRedirects: true,
        tls: {serverName: 's'},
        proxy: {kind: 'fixed'},
      },
    });
    if (login?.kind !== 'oauth2') throw new Error('no OAuth 2.0');
    expect(login.clientSecret.reveal()).toBe('of-file');
    expect(login.endpointParams['audience']?.reveal()).toBe('mimir');
  });

  it.each([
    ['sigv4: {}', {kind: 'sigv4', service: 'aps'}],
    [
      'sigv4: {region: r, access_key: a, secret_key: s, profile: p}',
      {kind: 'sigv4', service: 'aps', region: 'r', keys: {accessKey: 'a'}, profile: 'p'},
    ],
  ])('by %s', (keys, login) => {
    expect(loginOf(keys)).toMatchObject(login);
  });
});

const reveal = (value: string | {reveal(): string}): string =>
  typeof value === 'string' ? value : value.reveal();

describe('certificates', () => {
  it('are read from texts and from files', () => {
    const {config, problems} = load(`remote_write:
  - url: https://a
    tls_config:
      ca_file: ${write('ca', authorities.ours)}
      cert_file: ${write('cert', certificates.client.cert)}
      key: |
        ${certificates.client.key.replaceAll('\n', '\n        ')}
`);
    expect(problems).toEqual([]);
    const tls = config?.remote_write[0]?.http.tls;
    expect(tls?.ca?.reveal()).toBe(authorities.ours.trim());
    expect(tls?.client?.certificate.reveal()).toBe(certificates.client.cert.trim());
    expect(tls?.client?.key.reveal().trim()).toBe(certificates.client.key.trim());
  });
});

describe('the queue', () => {
  it.each([
    ['', {minBackoffMs: 1000, maxBackoffMs: 300_000, retryOn429: true, maxSamplesPerSend: 10_000}],
    ['queue_config: {max_backoff: 500ms}', {minBackoffMs: 500, maxBackoffMs: 500}],
    ['queue_config: {min_backoff: 2m, max_backoff: 1m}', {minBackoffMs: 60_000, maxBackoffMs: 60_000}],
    ['queue_config: {retry_on_http_429: true}', {retryOn429: true}],
  ])('of %j', (keys, queue) => {
    expect(settings(keys)?.queue).toMatchObject(queue);
  });

  it.each(['', 'queue_config: {sample_age_limit: 0s}'])('of %j knows no age', (keys) => {
    expect(settings(keys)?.queue).not.toHaveProperty('sampleAgeLimitMs');
  });
});

describe('keys of our own', () => {
  it.each([
    ['', 60_000],
    ['repeat_interval: 30s', 30_000],
    ["repeat_interval: '0'", 0],
    ['repeat_interval: 0', 0],
  ])('%j repeats every %i ms', (keys, repeatIntervalMs) => {
    expect(settings(keys)).toMatchObject({repeatIntervalMs});
  });

  it.each([
    ['', {kind: 'end'}],
    ['replay: all', {kind: 'all'}],
    ['replay: 2026-01-31', {kind: 'since', ms: Date.UTC(2026, 0, 31)}],
    ['replay: 2028-02-29', {kind: 'since', ms: Date.UTC(2028, 1, 29)}],
    ["replay: '2026-01-31T12:00:00Z'", {kind: 'since', ms: Date.UTC(2026, 0, 31, 12)}],
    ["replay: '2026-01-31T12:00:00.5+01:00'", {kind: 'since', ms: Date.UTC(2026, 0, 31, 11, 0, 0, 500)}],
    ["replay: '2026-01-31t12:00:00z'", {kind: 'since', ms: Date.UTC(2026, 0, 31, 12)}],
  ])('%j starts from there', (keys, replay) => {
    expect(settings(keys)?.replay).toEqual(replay);
  });
});

describe('is refused by name:', () => {
  it.each<[string, string]>([
    [
      'azuread: {cloud: AzurePublic}',
      '2:43: remote_write[0].azuread: not supported: use oauth2 with the token_url https://login.microsoftonline.com/TENANT/oauth2/v2.0/token and the scope https://monitor.azure.com//.default',
    ],
    [
      'google_iam: {credentials_file: /key}',
      '2:46: remote_write[0].google_iam: not supported: Google Cloud takes no remote write',
    ],
    [
      'sigv4: {role_arn: x}',
      '2:52: remote_write[0].sigv4.role_arn: not supported: give keys or a profile that may write by themselves',
    ],
    ['sigv4: {role: x}', '2:48: remote_write[0].sigv4.role: unknown key'],
    ['queue_config: {shards: 1}', '2:57: remote_write[0].queue_config.shards: unknown key'],
  ])('%s', (keys, problem) => {
    expect(remoteWrite(keys).problems).toEqual([`bridge.yaml:${problem}`]);
  });

  it.each(['queue_config', 'repeat_interval', 'write_relabel_configs', 'protobuf_message', 'azuread'])(
    '%s of a Pushgateway',
    (key) => {
      expect(load(`pushgateway: [{url: 'http://a', ${key}: x}]`).problems).toEqual([
        expect.stringMatching(`pushgateway\\[0\\]\\.${key}: unknown key$`),
      ]);
    },
  );
});

describe('does not fit:', () => {
  it.each<[string, string]>([
    [
      'basic_auth: {username: u}, oauth2: {client_id: c, token_url: "http://t"}, sigv4: {}',
      'remote_write[0]: expected at most one of basic_auth and oauth2 and sigv4, found a group of keys',
    ],
    [
      'bearer_token: hunter2, bearer_token_file: /dev/null',
      'remote_write[0]: expected at most one of bearer_token and bearer_token_file, found a group of keys',
    ],
    ['headers: "X-Key: hunter2"', 'remote_write[0].headers: expected a group of keys, found <secret>'],
    [
      'basic_auth: {password: hunter2}',
      'remote_write[0].basic_auth: expected exactly one of username and username_file, found a group of keys',
    ],
    [
      'basic_auth: {username: u, password: hunter2, password_file: /dev/null}',
      'remote_write[0].basic_auth: expected at most one of password and password_file, found a group of keys',
    ],
    [
      'authorization: {type: basic, credentials: hunter2}',
      'remote_write[0].authorization.type: expected another type than Basic, for which there is basic_auth, found "basic"',
    ],
    ['oauth2: {client_id: c}', 'remote_write[0].oauth2.token_url: expected a text, found nothing'],
    [
      'oauth2: {client_id: c, token_url: "http://t", client_secret: [hunter2]}',
      'remote_write[0].oauth2.client_secret: expected a text, found <secret>',
    ],
    [
      'oauth2: {client_id: c, token_url: "http://t", endpoint_params: {password: [hunter2]}}',
      'remote_write[0].oauth2.endpoint_params.password: expected a text, found <secret>',
    ],
    [
      'sigv4: {access_key: a}',
      'remote_write[0].sigv4: expected access_key and secret_key together, or neither, found a group of keys',
    ],
    [
      'sigv4: {access_key: a, secret_key: [hunter2]}',
      'remote_write[0].sigv4.secret_key: expected a text, found <secret>',
    ],
    ['tls_config: {ca: x}', 'remote_write[0].tls_config: ca is not a PEM certificate'],
    [
      'tls_config: {cert: x}',
      'remote_write[0].tls_config: expected cert and key together, or neither, found a group of keys',
    ],
    ['tls_config: {cert: x, key: hunter2}', 'remote_write[0].tls_config: cert is not a PEM certificate'],
    [
      'tls_config: {ca_file: /nowhere}',
      'remote_write[0].tls_config.ca_file: expected a file that can be read, found "/nowhere"',
    ],
    [
      'tls_config: {ca_file: /}',
      'remote_write[0].tls_config.ca_file: expected a file that can be read, found "/"',
    ],
    [
      'tls_config: {min_version: SSL3}',
      'remote_write[0].tls_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13, found "SSL3"',
    ],
    [
      'tls_config: {min_version: TLS13, max_version: TLS12}',
      'remote_write[0].tls_config: expected a max_version that is not below min_version, found a group of keys',
    ],
    [
      'proxy_url: "socks5://u:hunter2@p"',
      'remote_write[0].proxy_url: expected an http:// or https:// address, found "socks5://<secret>@p"',
    ],
    [
      'proxy_url: "http://p", proxy_from_environment: true',
      'remote_write[0].proxy_url: not beside proxy_from_environment',
    ],
    ['no_proxy: a', 'remote_write[0].no_proxy: needs proxy_url'],
    [
      'proxy_connect_header: {A: [hunter2]}',
      'remote_write[0].proxy_connect_header: needs proxy_url or proxy_from_environment',
    ],
    [
      'headers: {Proxy-Authorization: hunter2}',
      'remote_write[0].headers.Proxy-Authorization: expected a header that is free to set (to log in, see basic_auth and authorization), found "Proxy-Authorization"',
    ],
    [
      'headers: {X-A: a}, http_headers: {x-a: {values: [b]}}',
      'remote_write[0].http_headers.x-a: expected a header that is not given twice, found <secret>',
    ],
    [
      'http_headers: {X-A: {secrets: [[hunter2]]}}',
      'remote_write[0].http_headers.X-A.secrets[0]: expected a text, found <secret>',
    ],
    [
      'http_headers: {X-A: {files: [/nowhere]}}',
      'remote_write[0].http_headers.X-A.files[0]: expected a file that can be read, found "/nowhere"',
    ],
    [
      'protobuf_message: v2',
      'remote_write[0].protobuf_message: expected one of prometheus.WriteRequest, io.prometheus.write.v2.Request, found "v2"',
    ],
    [
      'queue_config: {max_samples_per_send: 0}',
      'remote_write[0].queue_config.max_samples_per_send: expected at least 1, found 0',
    ],
    [
      'queue_config: {min_backoff: 0s}',
      'remote_write[0].queue_config.min_backoff: expected a duration above zero, such as 30s, 1h30m or 400d, found "0s"',
    ],
    ...[
      'some',
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      '2026-01-31 12:00:00',
      '2026-01-31T12:00:00',
      '2026-01-31T25:00:00Z',
    ].map((text): [string, string] => [
      `replay: '${text}'`,
      `remote_write[0].replay: expected all, a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z, found "${text}"`,
    ]),
    [
      'write_relabel_configs: [{action: keep, regex: "("}]',
      'remote_write[0].write_relabel_configs[0].regex: expected a regular expression in RE2 syntax',
    ],
  ])('%s', (keys, problem) => {
    const {problems} = remoteWrite(keys);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

it('takes settings by variable too, but no keys that are refused', () => {
  const {config} = load('', {
    SPEEDTEST_BRIDGE_REMOTE_WRITE_URL: 'https://a',
    SPEEDTEST_BRIDGE_REMOTE_WRITE_OAUTH2_CLIENT_ID: 'c',
    SPEEDTEST_BRIDGE_REMOTE_WRITE_OAUTH2_TOKEN_URL: 'http://t',
    SPEEDTEST_BRIDGE_REMOTE_WRITE_OAUTH2_SCOPES: 'a, b',
    SPEEDTEST_BRIDGE_REMOTE_WRITE_QUEUE_CONFIG_MAX_SHARDS: '3',
  });
  expect(config?.remote_write).toMatchObject([{http: {login: {clientId: 'c', scopes: ['a', 'b']}}}]);
  expect(config?.warnings).toEqual([
    'SPEEDTEST_BRIDGE_REMOTE_WRITE_QUEUE_CONFIG_MAX_SHARDS: remote_write[0].queue_config.max_shards: has no effect: requests go one by one unless connections says otherwise',
  ]);
  expect(load('', {SPEEDTEST_BRIDGE_REMOTE_WRITE_AZUREAD: '{}'}).problems).toEqual([
    'SPEEDTEST_BRIDGE_REMOTE_WRITE_AZUREAD: unknown variable',
  ]);
});

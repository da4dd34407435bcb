import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parseAddress} from '../../../src/addresses/address.ts';
import type {Allowlist} from '../../../src/addresses/allowlist.ts';
import {loadConfig} from '../../../src/config/load.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

/** Loads `web` from a file; messages without the folder. */
const load = (web: string, files: Readonly<Record<string, string>> = {}, flags = {}) => {
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  writeFileSync(file, `jobs: []\nweb: {${web}}\n`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    return loadConfig({file, flags, env: {}}).web;
  } catch (error) {
    throw new Error(String(error).replaceAll(`${folder}/`, ''));
  }
};

const holds = (list: Allowlist | undefined, text: string): boolean | undefined => {
  const address = parseAddress(text);
  return address && list?.contains(address);
};

test('listens on one address or several, also by flag', () => {
  expect(load(`listen: 'unix:/run/a.sock', socket_mode: 0600`).listen).toEqual([
    {path: '/run/a.sock', mode: 0o600},
  ]);
  const several = [{host: '::1', port: 1}, {port: 2}, {path: '/run/a.sock', mode: 0o660}];
  expect(load(`listen: ['[::1]:1', ':2', 'unix:/run/a.sock']`).listen).toEqual(several);
  expect(load('', {}, {'web-listen': '[::1]:1, :2,unix:/run/a.sock'}).listen).toEqual(several);
});

test('the page has the list of the scraped endpoints, or one of its own', () => {
  const shared = load('allowed_ips: [192.0.2.7]').access.zones;
  expect(shared.page).toEqual({allowlist: shared.metrics.allowlist, setting: 'web.allowed_ips'});
  const {metrics, page} = load('allowed_ips: [192.0.2.7], page_allowed_ips: [192.0.2.8]').access.zones;
  expect(holds(metrics.allowlist, '192.0.2.8')).toBe(false);
  expect(holds(page.allowlist, '192.0.2.8')).toBe(true);
  expect(page.setting).toBe('web.page_allowed_ips');
});

test('proxies may come over the Unix socket', () => {
  expect(load(`trusted_proxies: ['unix:']`).access.trustedProxies).toEqual({
    addresses: undefined,
    unix: true,
  });
  const both = load(`trusted_proxies: ['unix:', 10.0.0.1]`).access.trustedProxies;
  expect(both?.unix).toBe(true);
  expect(holds(both?.addresses, '10.0.0.1')).toBe(true);
  expect(load('').access.trustedProxies).toBeUndefined();
});

test('tokens come from the configuration and from files beside it', () => {
  const {bearerTokens} = load('bearer_tokens: [a-token-of-enough-length], bearer_token_files: [token]', {
    token: 'another-long-enough-token\n',
  }).access.login;
  expect(bearerTokens.map((token) => token.reveal())).toEqual([
    'a-token-of-enough-length',
    'another-long-enough-token',
  ]);
});

test('a web configuration file is read, and warned of', () => {
  const web = load('config_file: web.yml', {
    'web.yml': 'http_server_config: {http2: true, headers: {X-Frame-Options: deny}}\n',
  });
  expect(web.headers).toEqual({'X-Frame-Options': 'deny'});
  expect(web.warnings).toHaveLength(1);
});

describe('problems', () => {
  test.each([
    [`listen: [':1', '2']`, 'web.listen[1]: "2" has no colon before the port: write :2'],
    [`listen: 'unix:a'`, 'web.listen: "unix:a" has no absolute path'],
    ['listen: []', 'web.listen: expected at least one address'],
    ['listen: 9817', 'web.listen: expected an address to listen on, or a list of them'],
    ['socket_mode: 888', 'web.socket_mode: expected permissions of a file, such as 0660, found 888'],
    [`trusted_proxies: ['unix:', 10.0.0]`, 'web.trusted_proxies[1]: "10.0.0" is not a whole IPv4 address'],
    ['trusted_proxies: []', 'web.trusted_proxies: the list is empty'],
    ['page_allowed_ips: [x]', 'web.page_allowed_ips[0]: "x" is not an IP address'],
    [
      'bearer_tokens: [short]',
      'web.bearer_tokens[0]: expected a token of at least 16 characters, found <secret>',
    ],
    ['bearer_token_files: [nothing]', 'web.bearer_token_files[0]: expected a file that can be read'],
    ['max_connections: 0', 'web.max_connections: expected at least 1'],
    ['config_file: web.yml', 'web.config_file: web.yml:1:13: basic_auth: unknown key'],
  ])('%s', (web, problem) => {
    expect(() => load(web, {'web.yml': 'basic_auth: {}\n'})).toThrow(problem);
  });
});

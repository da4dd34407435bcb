import {onTestFinished} from 'vitest';
import {type Allowlist, parseAllowlist} from '../../../src/addresses/allowlist.ts';
import {type AccessSettings, createAccessCheck} from '../../../src/server/access/access.ts';
import type {TrustedProxies} from '../../../src/server/access/client.ts';
import type {LoginSettings} from '../../../src/server/access/login.ts';
import {createDocument} from '../../../src/server/document.ts';
import type {Endpoint} from '../../../src/server/endpoint.ts';
import {type RunningServer, type ServerOptions, startServer} from '../../../src/server/server.ts';

export const listOf = (...entries: string[]): Allowlist => {
  const parsed = parseAllowlist(entries);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
};

const document = createDocument([{name: 'ping', help: 'Ping.', labels: [['isp', 'ü']], value: 12.5}]);

export interface Overrides extends Partial<Omit<ServerOptions, 'listen'>> {
  readonly listen?: Endpoint | readonly Endpoint[];
  readonly allowlist?: Allowlist;
  readonly pageAllowlist?: Allowlist;
  readonly trustedProxies?: TrustedProxies;
  readonly login?: LoginSettings;
  readonly rateLimit?: AccessSettings['rateLimit'];
}

/** The addresses of trusted proxies; `unix:` for those over the Unix socket. */
export const proxiesOf = (...entries: string[]): TrustedProxies => {
  const addresses = entries.filter((entry) => entry !== 'unix:');
  return {
    addresses: addresses.length === 0 ? undefined : listOf(...addresses),
    unix: addresses.length < entries.length,
  };
};

export const accessSettings = ({
  allowlist = listOf('127.0.0.1'),
  pageAllowlist,
  trustedProxies,
  login = {bearerTokens: [], users: new Map()},
  rateLimit,
}: Overrides): AccessSettings => {
  const metrics = {allowlist, setting: 'web.allowed_ips'};
  const page = pageAllowlist && {allowlist: pageAllowlist, setting: 'web.page_allowed_ips'};
  return {zones: {metrics, page: page ?? metrics}, trustedProxies, login, rateLimit};
};

const isList = (listen: Endpoint | readonly Endpoint[]): listen is readonly Endpoint[] =>
  Array.isArray(listen);

/** Options for a server on 127.0.0.1 that admits that address alone. */
export const optionsFor = (given: Overrides = {}): ServerOptions => {
  const {allowlist, pageAllowlist, trustedProxies, login, rateLimit, listen, ...overrides} = given;
  const access = createAccessCheck(accessSettings(given));
  const endpoints = listen ?? {host: '127.0.0.1', port: 0};
  return {
    listen: isList(endpoints) ? endpoints : [endpoints],
    path: '/prometheus',
    access: () => access,
    tls: undefined,
    connections: {most: 1000, mostPerClient: 100},
    headers: () => ({}),
    document: () => document,
    ownMetrics: {contentType: 'text/plain; version=0.0.4', render: async () => 'own 1\n'},
    ready: () => true,
    reload: undefined,
    onRefused: () => {},
    onClosed: () => {},
    log: {warn: () => {}, error: () => {}},
    ...overrides,
  };
};

/** Starts a server that is closed when the test is over. */
export const start = async (overrides: Overrides = {}): Promise<RunningServer> => {
  const server = await startServer(optionsFor(overrides));
  onTestFinished(() => server.close());
  return server;
};

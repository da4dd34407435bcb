import {onTestFinished} from 'vitest';
import {type Allowlist, parseAllowlist} from '../../../src/addresses/allowlist.ts';
import {createDocument} from '../../../src/server/document.ts';
import {type RunningServer, type ServerOptions, startServer} from '../../../src/server/server.ts';

export const listOf = (...entries: string[]): Allowlist => {
  const parsed = parseAllowlist(entries);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.allowlist;
};

const document = createDocument([{name: 'ping', help: 'Ping.', labels: [['isp', 'ü']], value: 12.5}]);

/** Options for a server on 127.0.0.1 that admits that address alone. */
export const optionsFor = (overrides: Partial<ServerOptions> = {}): ServerOptions => ({
  listen: {host: '127.0.0.1', port: 0},
  path: '/prometheus',
  allowlist: listOf('127.0.0.1'),
  trustedProxies: undefined,
  document: () => document,
  ownMetrics: {contentType: 'text/plain; version=0.0.4', render: async () => 'own 1\n'},
  ready: () => true,
  reload: undefined,
  onRefused: () => {},
  log: {warn: () => {}, error: () => {}},
  ...overrides,
});

/** Starts a server that is closed when the test is over. */
export const start = async (overrides: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const server = await startServer(optionsFor(overrides));
  onTestFinished(() => server.close());
  return server;
};

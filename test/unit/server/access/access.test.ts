import {Agent} from 'node:http';
import {describe, expect, test} from 'vitest';
import {ask, sendRaw} from '../http.ts';
import {listOf, type Overrides, proxiesOf, start} from '../running.ts';

/** Status and body of a scrape over a real connection from one address to another. */
const scrape = async (
  options: Overrides,
  connection: {hostname: string; localAddress?: string},
  headers: Record<string, string | string[]> = {},
): Promise<string> => {
  const {port} = await start(options);
  const {status, body} = await ask(`http://127.0.0.1:${port}/prometheus`, {...connection, headers});
  return status === 200 ? '200' : `${status} ${body}`;
};

const forbidden = (address: string): string => `403 forbidden: ${address} is not among web.allowed_ips\n`;

describe('the address of the connection decides', () => {
  const v4 = {host: '127.0.0.1', port: 0};
  const v6 = {host: '::1', port: 0};
  const anyV6 = {host: '::', port: 0};
  const everywhere = {port: 0};
  const from1 = {hostname: '127.0.0.1', localAddress: '127.0.0.1'};
  const from2 = {hostname: '127.0.0.1', localAddress: '127.0.0.2'};
  const overV6 = {hostname: '::1'};

  test.each([
    [v4, from1, ['127.0.0.1'], '200'],
    [v4, from1, ['127.0.0.0/8'], '200'],
    [v4, from1, ['0.0.0.0/0'], '200'],
    [v4, from1, ['::ffff:127.0.0.1'], '200'],
    [v4, from1, ['::ffff:0:0/96'], '200'],
    [v4, from2, ['127.0.0.1'], forbidden('127.0.0.2')],
    [v4, from2, ['127.0.0.1', '127.0.0.2'], '200'],
    [v4, from1, ['::1', '::/0'], forbidden('127.0.0.1')],
    [v6, overV6, ['::1'], '200'],
    [v6, overV6, ['::/0'], '200'],
    [v6, overV6, ['0.0.0.0/0'], forbidden('::1')],
    [v6, overV6, ['::2', '127.0.0.1'], forbidden('::1')],
    // An IPv4 client of a socket that takes both shows up as ::ffff:127.0.0.1.
    [anyV6, from1, ['127.0.0.1'], '200'],
    [anyV6, from2, ['127.0.0.1'], forbidden('127.0.0.2')],
    [anyV6, from1, ['::/0'], forbidden('127.0.0.1')],
    [anyV6, overV6, ['::1'], '200'],
    [everywhere, from1, ['127.0.0.1'], '200'],
    [everywhere, from2, ['127.0.0.1'], forbidden('127.0.0.2')],
    [everywhere, overV6, ['::1'], '200'],
    [everywhere, overV6, ['127.0.0.1'], forbidden('::1')],
  ])('listening on %j, connection %j, list %j: %s', async (listen, connection, list, expected) => {
    expect(await scrape({listen, allowlist: listOf(...list)}, connection)).toBe(expected);
  });
});

describe('nothing is served outside the list', () => {
  const request = (line: string, headers = ''): string =>
    `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`;

  test.each([
    'GET /prometheus',
    'GET /metrics',
    'GET /-/healthy',
    'GET /-/ready',
    'GET /',
    'HEAD /prometheus',
    'POST /prometheus',
    'PROPFIND /metrics',
    'OPTIONS *',
    'GET /nothing',
    'GET /%zz',
    'GET http://a/prometheus',
    'GET http://',
    'GET //prometheus',
    'GET /%70rometheus',
    'GET /prometheus#a',
    'GET /prometheus?a',
  ])('%s', async (line) => {
    const {port} = await start({allowlist: listOf('::1')});
    expect(await sendRaw(port, request(line))).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  });

  test.each([
    'Expect: 100-continue\r\nContent-Length: 1\r\n',
    'Expect: something else\r\n',
    'Connection: upgrade\r\nUpgrade: websocket\r\n',
  ])('%j', async (headers) => {
    const {port} = await start({allowlist: listOf('::1')});
    expect(await sendRaw(port, request('GET /prometheus', headers))).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  });

  test('the connection is closed, so that a stranger holds none', async () => {
    const {port} = await start({allowlist: listOf('::1')});
    expect(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/\r\nconnection: close\r\n/i);
  });

  test('each refusal is counted, but not each is logged', async () => {
    let refused = 0;
    const lines: string[] = [];
    const {url} = await start({
      allowlist: listOf('::1'),
      onRefused: () => {
        refused += 1;
      },
      log: {warn: (line) => lines.push(line), error: () => {}},
    });
    for (let i = 0; i < 5; i += 1) await ask(`${url}/prometheus`);
    expect(refused).toBe(5);
    expect(lines).toEqual(['request refused: 127.0.0.1 is not among web.allowed_ips']);
  });
});

test('a kept-alive connection is admitted again and again', async () => {
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  const {url} = await start();
  for (let i = 0; i < 3; i += 1) expect((await ask(`${url}/prometheus`, {agent})).status).toBe(200);
  agent.destroy();
});

describe('X-Forwarded-For', () => {
  const local = {hostname: '127.0.0.1'};
  const client = '192.0.2.7';
  const from = (...lines: string[]) => ({'X-Forwarded-For': lines});
  const behindProxy = {allowlist: listOf(client), trustedProxies: proxiesOf('127.0.0.1', '10.0.0.0/8')};

  test('is not believed from a peer that is no trusted proxy', async () => {
    expect(await scrape({allowlist: listOf(client)}, local, from(client))).toBe(forbidden('127.0.0.1'));
    const options = {allowlist: listOf(client), trustedProxies: proxiesOf('10.0.0.0/8')};
    expect(await scrape(options, local, from(client))).toBe(forbidden('127.0.0.1'));
  });

  test.each([
    [from(client), '200'],
    [from(`198.51.100.1, ${client}`), '200'],
    [from('198.51.100.1', `${client}, 10.0.0.3`, '10.0.0.2'), '200'],
    [from(`${client}, 198.51.100.1`), forbidden('198.51.100.1')],
    [from(client, '198.51.100.1'), forbidden('198.51.100.1')],
    [{}, forbidden('127.0.0.1')],
    [{'x-forwarded-for': client}, '200'],
    [{'X-Real-IP': client}, forbidden('127.0.0.1')],
    [
      from(`${client}:80`),
      '403 forbidden: X-Forwarded-For from the trusted proxy 127.0.0.1 holds "192.0.2.7:80", not an IP address (web.trusted_proxies)\n',
    ],
    [
      from(''),
      '403 forbidden: X-Forwarded-For from the trusted proxy 127.0.0.1 holds "", not an IP address (web.trusted_proxies)\n',
    ],
  ])('%j from a trusted proxy: %s', async (headers, expected) => {
    expect(await scrape(behindProxy, local, headers)).toBe(expected);
  });

  test('a mapped proxy counts as IPv4', async () => {
    expect(await scrape({...behindProxy, listen: {host: '::', port: 0}}, local, from(client))).toBe('200');
  });

  test("differs between requests on one of the proxy's connections", async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    const {url} = await start(behindProxy);
    const statuses: (number | undefined)[] = [];
    for (const address of [client, '198.51.100.1', client]) {
      statuses.push((await ask(`${url}/prometheus`, {agent, headers: from(address)})).status);
    }
    agent.destroy();
    expect(statuses).toEqual([200, 403, 200]);
  });

  test('can not be pushed out of sight by a great many headers before it', async () => {
    const {port} = await start({allowlist: listOf('127.0.0.1'), trustedProxies: proxiesOf('127.0.0.1')});
    const padding = 'a:\r\n'.repeat(3000);
    const answer = await sendRaw(
      port,
      `GET /prometheus HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${padding}X-Forwarded-For: 198.51.100.1\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  });
});

import {writeFileSync} from 'node:fs';
import {Agent} from 'node:http';
import {Socket} from 'node:net';
import {join} from 'node:path';
import {hashSync} from 'bcryptjs';
import {describe, expect, onTestFinished, test} from 'vitest';
import {Secret} from '../../../../src/secret.ts';
import {tcpClient} from '../../../../src/server/access/client.ts';
import {
  createLoginAttempts,
  createLoginCheck,
  type LoginSettings,
} from '../../../../src/server/access/login.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {ask} from '../http.ts';
import {listOf, start} from '../running.ts';

const token = 'a-token-of-enough-length';
const users = new Map([
  ['alice', hashSync('right', 4)],
  ['bob', hashSync('grün:', 4)],
]);
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const clientAt = (address: string) => {
  const client = tcpClient(address);
  if (client === undefined) throw new Error(address);
  return client;
};

/** Checks as one client over one connection, at a time that the test sets. */
const checker = (settings: Partial<LoginSettings>) => {
  const time = {nowMs: 0};
  const nowMs = (): number => time.nowMs;
  const check = createLoginCheck(
    {bearerTokens: [], users: new Map(), ...settings},
    createLoginAttempts(nowMs),
    nowMs,
  );
  const socket = new Socket();
  const attempt = async (
    authorization: string | undefined,
    address = '192.0.2.7',
    over = socket,
  ): Promise<string> => (await check({authorization, client: clientAt(address), socket: over})).kind;
  return {time, attempt};
};

describe('what is right', () => {
  const {attempt, time} = checker({
    bearerTokens: [Secret.of('another-long-enough-token'), Secret.of(token)],
    users,
  });
  test.each([
    [undefined, 'missing'],
    [`Bearer ${token}`, 'right'],
    [`bearer   ${token} `, 'right'],
    ['Bearer another-long-enough-token', 'right'],
    [`Bearer ${token}x`, 'wrong'],
    [`Bearer ${token.slice(1)}`, 'wrong'],
    ['Bearer', 'wrong'],
    ['Bearer ', 'wrong'],
    [token, 'wrong'],
    [basic('alice', 'right'), 'right'],
    [basic('alice', 'right').toLowerCase(), 'wrong'],
    [basic('bob', 'grün:'), 'right'],
    [basic('bob', 'right'), 'wrong'],
    [basic('alice', ''), 'wrong'],
    [basic('nobody', 'right'), 'wrong'],
    [basic('', 'right'), 'wrong'],
    ['Basic', 'wrong'],
    ['Basic !!!!', 'wrong'],
    [`Basic ${Buffer.from('alice').toString('base64')}`, 'wrong'],
    [`Basic ${Buffer.from([0xff, 0x3a, 0x41]).toString('base64')}`, 'wrong'],
    [`Digest username="alice"`, 'wrong'],
    ['', 'wrong'],
    ['\u0000', 'wrong'],
  ])('%j is %s', async (authorization, expected) => {
    time.nowMs += 60_000;
    expect(await attempt(authorization)).toBe(expected);
    // Also when it is remembered.
    expect(await attempt(authorization)).toBe(expected);
  });

  test('a scheme that is not set is wrong', async () => {
    expect(await checker({users}).attempt(`Bearer ${token}`)).toBe('wrong');
    expect(await checker({bearerTokens: [Secret.of(token)]}).attempt(basic('alice', 'right'))).toBe('wrong');
  });
});

test('a token in a file is read again when it changes, and one that is too short never counts', async () => {
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, `${token}\n`);
  const {attempt, time} = checker({bearerTokens: [Secret.fromFile(file)]});
  expect(await attempt(`Bearer ${token}`)).toBe('right');
  writeFileSync(file, `${token}-new\n`);
  time.nowMs += 1000;
  expect(await attempt(`Bearer ${token}`)).toBe('wrong');
  expect(await attempt(`Bearer ${token}-new`)).toBe('right');
  writeFileSync(file, 'short');
  time.nowMs += 1000;
  expect(await attempt('Bearer short')).toBe('wrong');
});

describe('guessing', () => {
  test('is slow for each client, and tells nothing of what is right', async () => {
    const {attempt, time} = checker({users});
    for (let i = 0; i < 10; i += 1) expect(await attempt(basic('alice', `${i}`))).toBe('wrong');
    expect(await attempt(basic('alice', 'right'))).toBe('too_many');
    expect(await attempt(basic('alice', 'right'), '192.0.2.8')).toBe('right');
    time.nowMs += 6000;
    expect(await attempt(basic('alice', 'right'))).toBe('right');
  });

  test('goes on where it was when other settings are taken up', async () => {
    const attempts = createLoginAttempts(() => 0);
    const checks = [users, new Map(users).set('carol', '')].map((each) =>
      createLoginCheck({bearerTokens: [], users: each}, attempts, () => 0),
    );
    const kinds: string[] = [];
    for (const check of checks) {
      for (let i = 0; i < 10; i += 1) {
        const given = {authorization: 'Basic !', client: clientAt('192.0.2.7'), socket: new Socket()};
        kinds.push((await check(given)).kind);
      }
    }
    expect(kinds).toEqual([...new Array(10).fill('wrong'), ...new Array(10).fill('too_many')]);
  });

  test('is counted for a whole IPv6 network of 64 bits', async () => {
    const {attempt} = checker({users});
    for (let i = 0; i < 10; i += 1) await attempt(basic('alice', 'no'), `2001:db8::${i}`);
    expect(await attempt(basic('alice', 'right'), '2001:db8::ff')).toBe('too_many');
    expect(await attempt(basic('alice', 'right'), '2001:db8:0:1::')).toBe('right');
  });

  test('many at once are no way around', async () => {
    const {attempt} = checker({users});
    const outcomes = await Promise.all(Array.from({length: 50}, (_, i) => attempt(basic('alice', `${i}`))));
    expect(outcomes.filter((kind) => kind === 'wrong')).toHaveLength(10);
    expect(outcomes.filter((kind) => kind === 'too_many')).toHaveLength(40);
  });

  test('does not end a connection that was right before', async () => {
    const {attempt} = checker({users});
    const scraper = new Socket();
    expect(await attempt(basic('alice', 'right'), '192.0.2.7', scraper)).toBe('right');
    for (let i = 0; i < 20; i += 1) await attempt(basic('alice', `${i}`));
    expect(await attempt(basic('alice', 'right'))).toBe('too_many');
    expect(await attempt(basic('alice', 'right'), '192.0.2.7', scraper)).toBe('right');
  });

  test('from many addresses does not make a heap of work', async () => {
    const {attempt} = checker({users});
    const outcomes = await Promise.all(
      Array.from({length: 40}, (_, i) => attempt(basic('alice', 'no'), `192.0.2.${i}`)),
    );
    expect(outcomes.filter((kind) => kind === 'wrong')).toHaveLength(16);
  });
});

describe('over HTTP', () => {
  const login = {bearerTokens: [Secret.of(token)], users};
  const paths = ['/prometheus', '/metrics', '/-/healthy', '/-/ready', '/', '/nothing', '/%zz'];

  test.each(paths)('%s is served to nobody without a login', async (path) => {
    const {url} = await start({login});
    const {status, headers, body} = await ask(`${url}${path}`);
    expect({status, body}).toEqual({status: 401, body: 'a login is needed\n'});
    expect(headers['www-authenticate']).toBe(
      'Basic realm="speedtest-bridge", charset="UTF-8", Bearer realm="speedtest-bridge"',
    );
  });

  test('both an address on the list and a login are needed', async () => {
    const refusals: string[] = [];
    const {url} = await start({
      login,
      allowlist: listOf('127.0.0.2'),
      onRefused: (why) => refusals.push(why),
    });
    const from = (localAddress: string, authorization?: string) =>
      ask(`${url}/prometheus`, {localAddress, headers: authorization === undefined ? {} : {authorization}});
    expect((await from('127.0.0.1', `Bearer ${token}`)).status).toBe(403);
    expect((await from('127.0.0.2')).status).toBe(401);
    expect((await from('127.0.0.2', 'Bearer wrong')).status).toBe(401);
    expect((await from('127.0.0.2', `Bearer ${token}`)).status).toBe(200);
    expect((await from('127.0.0.2', basic('alice', 'right'))).status).toBe(200);
    expect(refusals).toEqual(['address', 'login_missing', 'login_wrong']);
  });

  test('two logins in one request are none', async () => {
    const {url} = await start({login});
    const headers = {Authorization: [`Bearer ${token}`, 'Bearer wrong']};
    expect((await ask(`${url}/prometheus`, {headers})).status).toBe(401);
  });

  test('who fails too often is told when to come back', async () => {
    const {url} = await start({login});
    const headers = {authorization: 'Bearer wrong'};
    for (let i = 0; i < 10; i += 1) expect((await ask(`${url}/prometheus`, {headers})).status).toBe(401);
    const {status, headers: answered} = await ask(`${url}/prometheus`, {headers});
    expect(status).toBe(429);
    expect(answered['retry-after']).toMatch(/^[1-6]$/);
  });

  test('a kept-alive connection is checked with each request', async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    onTestFinished(() => agent.destroy());
    const {url} = await start({login});
    const statusOf = async (authorization: string) =>
      (await ask(`${url}/prometheus`, {agent, headers: {authorization}})).status;
    expect(await statusOf(`Bearer ${token}`)).toBe(200);
    expect(await statusOf(`Bearer ${token}x`)).toBe(401);
  });
});

test('rate_limit holds for all together, after the address', async () => {
  const rateLimit = {intervalMs: 3_600_000, burst: 2};
  const {url} = await start({rateLimit, allowlist: listOf('127.0.0.1')});
  const statuses: (number | undefined)[] = [];
  for (const localAddress of ['127.0.0.2', '127.0.0.1', '127.0.0.1', '127.0.0.1']) {
    statuses.push((await ask(`${url}/prometheus`, {localAddress})).status);
  }
  expect(statuses).toEqual([403, 200, 200, 429]);
});

test('page and scraped endpoints have lists of their own', async () => {
  const {url} = await start({allowlist: listOf('127.0.0.1'), pageAllowlist: listOf('127.0.0.2')});
  const statuses: string[] = [];
  for (const localAddress of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
    for (const path of ['/prometheus', '/metrics', '/-/ready', '/', '/nothing']) {
      statuses.push(`${localAddress} ${path} ${(await ask(`${url}${path}`, {localAddress})).status}`);
    }
  }
  expect(statuses).toEqual([
    '127.0.0.1 /prometheus 200',
    '127.0.0.1 /metrics 200',
    '127.0.0.1 /-/ready 200',
    '127.0.0.1 / 403',
    '127.0.0.1 /nothing 403',
    '127.0.0.2 /prometheus 403',
    '127.0.0.2 /metrics 403',
    '127.0.0.2 /-/ready 403',
    '127.0.0.2 / 200',
    '127.0.0.2 /nothing 404',
    '127.0.0.3 /prometheus 403',
    '127.0.0.3 /metrics 403',
    '127.0.0.3 /-/ready 403',
    '127.0.0.3 / 403',
    '127.0.0.3 /nothing 403',
  ]);
});

import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {type RequestOptions, request} from 'node:https';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {connect, type TLSSocket} from 'node:tls';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {Secret} from '../../../src/secret.ts';
import {createTlsServer, type TlsSettings} from '../../../src/server/tls.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';
import {listenOnFreePort} from '../../peers/port.ts';
import {patiently} from './http.ts';
import {start} from './running.ts';

const settingsOf = (overrides: Partial<TlsSettings> = {}): TlsSettings => ({
  certificate: Secret.of(certificates.server.cert),
  key: Secret.of(certificates.server.key),
  clientCa: undefined,
  clientAuth: 'NoClientCert',
  clientAllowedSans: [],
  protocol: {minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', honorCipherOrder: true},
  ...overrides,
});

/** The status of a scrape, or 'closed'. */
const scrape = async (port: number, options: RequestOptions = {}): Promise<number | 'closed' | undefined> => {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/prometheus',
    ca: authorities.ours,
    agent: false,
    ...options,
  });
  sent.end();
  try {
    const [response] = await once(sent, 'response');
    await text(response);
    return response.statusCode;
  } catch {
    return 'closed';
  }
};

test('is served where the address is told', async () => {
  const {url, port} = await start({tls: settingsOf()});
  expect(url).toBe(`https://127.0.0.1:${port}`);
  expect(await scrape(port)).toBe(200);
});

test('logins, addresses and limits hold as without', async () => {
  const closed: string[] = [];
  const {port} = await start({
    tls: settingsOf(),
    login: {bearerTokens: [Secret.of('a-token-of-enough-length')], users: new Map()},
    connections: {most: 10, mostPerClient: 1},
    onClosed: (closure) => closed.push(closure),
  });
  expect(await scrape(port)).toBe(401);
  expect(await scrape(port, {headers: {authorization: 'Bearer a-token-of-enough-length'}})).toBe(200);
  expect(await scrape(port, {localAddress: '127.0.0.2'})).toBe(403);
  const silent = connect({port, host: '127.0.0.1', ca: authorities.ours});
  silent.on('error', () => {});
  await once(silent, 'secureConnect');
  expect(await scrape(port, {headers: {authorization: 'Bearer a-token-of-enough-length'}})).toBe(200);
  silent.resume();
  await vi.waitFor(() => expect(silent.closed).toBe(true), patiently);
  expect(closed).toContain('client_limit');
});

describe('client certificates', () => {
  const ours = {cert: certificates.client.cert, key: certificates.client.key};
  const unknown = {cert: certificates.server.cert, key: certificates.server.key};
  const clientCa = Secret.of(authorities.ours);
  const otherCa = Secret.of(authorities.other);

  test.each([
    ['NoClientCert', undefined, {}, 200],
    ['RequestClientCert', undefined, {}, 200],
    ['RequestClientCert', undefined, ours, 200],
    ['RequireAnyClientCert', undefined, {}, 'closed'],
    ['RequireAnyClientCert', undefined, ours, 200],
    ['VerifyClientCertIfGiven', clientCa, {}, 200],
    ['VerifyClientCertIfGiven', clientCa, ours, 200],
    ['VerifyClientCertIfGiven', otherCa, ours, 'closed'],
    ['RequireAndVerifyClientCert', clientCa, {}, 'closed'],
    ['RequireAndVerifyClientCert', clientCa, ours, 200],
    ['RequireAndVerifyClientCert', otherCa, ours, 'closed'],
    ['RequireAndVerifyClientCert', otherCa, {}, 'closed'],
  ] as const)('%s', async (clientAuth, ca, certificate, expected) => {
    const {port} = await start({tls: settingsOf({clientAuth, clientCa: ca})});
    expect(await scrape(port, certificate)).toBe(expected);
    expect(await scrape(port, {...certificate, maxVersion: 'TLSv1.2'})).toBe(expected);
  });

  test.each([
    [['localhost'], 200],
    [['127.0.0.1'], 200],
    [['elsewhere.example', 'localhost'], 200],
    [['LOCALHOST'], 'closed'],
    [['local'], 'closed'],
    [['127.0.0.2'], 'closed'],
    [['DNS:localhost'], 'closed'],
  ] as const)('with one of the names %j', async (clientAllowedSans, expected) => {
    const closed: string[] = [];
    const tls = settingsOf({clientAuth: 'RequireAnyClientCert', clientAllowedSans});
    const {port} = await start({tls, onClosed: (closure) => closed.push(closure)});
    expect(await scrape(port, unknown)).toBe(expected);
    expect(closed).toEqual(expected === 200 ? [] : ['client_certificate']);
    expect(await scrape(port, ours)).toBe('closed');
  });
});

describe('the files', () => {
  const follow = async () => {
    const folder = temporaryFolder();
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const write = (name: 'server' | 'elsewhere'): void => {
      writeFileSync(certificate, certificates[name].cert);
      writeFileSync(key, certificates[name].key);
    };
    write('server');
    const problems: string[] = [];
    const settings = settingsOf({certificate: Secret.fromFile(certificate), key: Secret.fromFile(key)});
    const tls = createTlsServer(settings, {}, {refused: () => {}, problem: (line) => problems.push(line)});
    tls.server.on('request', (_, response) => response.end('ok'));
    const port = await listenOnFreePort(tls.server);
    onTestFinished(() => {
      tls.close();
      tls.server.closeAllConnections();
      tls.server.close();
    });
    const open = async (): Promise<TLSSocket> => {
      const socket = connect({port, host: '127.0.0.1', rejectUnauthorized: false});
      await once(socket, 'secureConnect');
      return socket;
    };
    const nameOf = (socket: TLSSocket): string | undefined => socket.getPeerX509Certificate()?.subjectAltName;
    return {tls, write, certificate, problems, open, nameOf};
  };

  test('are taken when they change, and open connections go on', async () => {
    const {tls, write, open, nameOf, problems} = await follow();
    const before = await open();
    expect(nameOf(before)).toBe('DNS:localhost, IP Address:127.0.0.1');
    write('elsewhere');
    tls.look();
    const after = await open();
    expect(nameOf(after)).toBe('DNS:elsewhere.example');
    before.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await text(before)).toMatch(/^HTTP\/1\.1 200 OK/);
    after.destroy();
    expect(problems).toEqual([]);
  });

  test('that can not be used leave the ones before in place, and are told of once', async () => {
    const {tls, write, certificate, open, nameOf, problems} = await follow();
    writeFileSync(certificate, certificates.elsewhere.cert);
    tls.look();
    tls.look();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^the TLS files have changed and can't be used, those before stay: .*mismatch/,
    );
    const socket = await open();
    expect(nameOf(socket)).toBe('DNS:localhost, IP Address:127.0.0.1');
    socket.destroy();
    write('elsewhere');
    tls.look();
    const renewed = await open();
    expect(nameOf(renewed)).toBe('DNS:elsewhere.example');
    renewed.destroy();
  });
});

test('a client that speaks HTTP without TLS gets nothing', async () => {
  const {port} = await start({tls: settingsOf()});
  const plain = await fetch(`http://127.0.0.1:${port}/prometheus`).catch(() => 'refused');
  expect(plain).toBe('refused');
});

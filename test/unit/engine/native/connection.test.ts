import dns from 'node:dns';
import {createServer} from 'node:net';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {type Answer, type Connection, openConnection} from '../../../../src/engine/native/connection.ts';
import {requestHead} from '../../../../src/engine/native/session.ts';
import {listenOnFreePort} from '../../../peers/port.ts';
import {answering, ok, startRawServer} from './raw-server.ts';
import {certificate} from './test-certificate.ts';

const never = new AbortController().signal;
const what = 'test of server';

const get = (url: URL) => ({head: requestHead('GET', url, 'test/1')});

/** An answer that did come. */
const answered = async (exchange: Promise<Answer | 'ended'>): Promise<Answer> => {
  const answer = await exchange;
  if (answer === 'ended') throw new Error('the connection has ended');
  return answer;
};

const bodyOf = async (connection: Connection, url: URL): Promise<string> => {
  let body = '';
  await answered(
    connection.exchange({
      ...get(url),
      onBody: (bytes) => {
        body += bytes.toString();
      },
    }),
  );
  return body;
};

it.each([false, true])('exchanges over one connection, with TLS: %s', async (tls) => {
  const {url, sockets} = await startRawServer(answering(ok('hello')), {tls});
  const connection = await openConnection(url, {what, ca: certificate}, never);
  expect(await bodyOf(connection, url)).toBe('hello');
  expect(await bodyOf(connection, url)).toBe('hello');
  const {head, roundTripMs} = await answered(connection.exchange(get(url)));
  expect(head.status).toBe(200);
  expect(roundTripMs).toBeGreaterThan(0);
  expect(sockets).toHaveLength(1);
  connection.close();
});

it('reads more than its buffer holds', async () => {
  const body = 'x'.repeat(100_000);
  const {url} = await startRawServer(answering(ok(body)));
  const connection = await openConnection(url, {what, readBuffer: Buffer.alloc(1000)}, never);
  expect(await bodyOf(connection, url)).toBe(body);
  connection.close();
});

it('sends a body out of one buffer, and says when it is with the kernel', async () => {
  let received = '';
  const {url} = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (received.endsWith('abcdea')) socket.write(ok());
    });
  });
  const connection = await openConnection(url, {what}, never);
  const onWritten = vi.fn();
  const head = requestHead('POST', url, 'test/1', 11);
  await connection.exchange({head, body: {from: Buffer.from('abcde'), bytes: 11}, onWritten});
  expect(received).toBe(
    `POST / HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: test/1\r\nAccept: */*\r\nAccept-Encoding: identity\r\n` +
      'Content-Type: application/octet-stream\r\nContent-Length: 11\r\n\r\nabcdeabcdea',
  );
  expect(onWritten.mock.calls).toEqual([[true]]);
  connection.close();
});

it('says when a body was answered and then closed without being taken whole', async () => {
  const {url} = await startRawServer((socket) => {
    socket.once('data', () => {
      socket.pause();
      socket.write(ok());
    });
  });
  const connection = await openConnection(url, {what}, never);
  const onWritten = vi.fn();
  const bytes = 64 * 1024 * 1024; // more than the kernels hold
  const head = requestHead('POST', url, 'test/1', bytes);
  const body = {from: Buffer.alloc(1024 * 1024), bytes};
  expect((await answered(connection.exchange({head, body, onWritten}))).head.status).toBe(200);
  expect(onWritten).not.toHaveBeenCalled();
  connection.close();
  await vi.waitFor(() => expect(onWritten.mock.calls).toEqual([[false]]));
});

it('matches answers to requests in their order', async () => {
  let count = 0;
  const {url} = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      for (const _ of bytes.toString().matchAll(/GET/g)) {
        count += 1;
        socket.write(ok('', `X-Count: ${count}\r\n`));
      }
    });
  });
  const connection = await openConnection(url, {what}, never);
  const answers = await Promise.all([1, 2, 3].map(() => answered(connection.exchange(get(url)))));
  expect(answers.map(({head}) => head.headers.get('x-count'))).toEqual(['1', '2', '3']);
  connection.close();
});

it('has ended when the server said so, closed or reset it between two answers', async () => {
  const closing = await startRawServer(answering(ok('', 'Connection: close\r\n')));
  const told = await openConnection(closing.url, {what}, never);
  await answered(told.exchange(get(closing.url)));
  expect(await told.exchange(get(closing.url))).toBe('ended');

  const {url, sockets} = await startRawServer(answering(ok()));
  const ended = await openConnection(url, {what}, never);
  await answered(ended.exchange(get(url)));
  sockets[0]?.end();
  expect(await ended.exchange(get(url))).toBe('ended');
  const reset = await openConnection(url, {what}, never);
  await answered(reset.exchange(get(url)));
  sockets[1]?.resetAndDestroy();
  expect(await reset.exchange(get(url))).toBe('ended');
});

it('fails when it is closed before its first answer, or inside one', async () => {
  const silent = await startRawServer((socket) => socket.once('data', () => socket.end()));
  const unanswered = await openConnection(silent.url, {what}, never);
  await expect(unanswered.exchange(get(silent.url))).rejects.toMatchObject({
    failureClass: 'connection',
    message: 'test of server: connection closed by the server in the middle',
  });

  let count = 0;
  const {url} = await startRawServer((socket) => {
    socket.on('data', () => {
      count += 1;
      socket.write(count === 1 ? ok() : 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
      if (count === 2) socket.end();
    });
  });
  const cut = await openConnection(url, {what}, never);
  await answered(cut.exchange(get(url)));
  await expect(cut.exchange(get(url))).rejects.toMatchObject({failureClass: 'connection'});
});

it.each([
  ['SSH-2.0-OpenSSH_9.2\r\n', /^test of server: not HTTP: .*status/],
  [`${ok()}${ok()}`, /^test of server: not HTTP: .*not asked for/],
])('is given up when the server sends %j', async (answer, message) => {
  const {url} = await startRawServer(answering(answer));
  const connection = await openConnection(url, {what}, never);
  const failure = {failureClass: 'bad-output', message: expect.stringMatching(message)};
  await expect(
    answered(connection.exchange(get(url))).then(() => answered(connection.exchange(get(url)))),
  ).rejects.toMatchObject(failure);
});

it('is refused, not found or not trusted', async () => {
  const {url, close} = await startRawServer(() => undefined);
  await close();
  await expect(openConnection(url, {what}, never)).rejects.toMatchObject({
    failureClass: 'connection',
    message: 'test of server: connection refused',
  });
  await expect(openConnection(new URL('http://nothing.invalid/'), {what}, never)).rejects.toMatchObject({
    failureClass: 'dns',
  });
  const secure = await startRawServer(() => undefined, {tls: true});
  await expect(openConnection(secure.url, {what}, never)).rejects.toMatchObject({
    failureClass: 'tls',
    message: 'test of server: TLS failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
  });
  const plain = await startRawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const wrong = new URL(plain.url.href.replace('http:', 'https:'));
  await expect(openConnection(wrong, {what}, never)).rejects.toMatchObject({failureClass: 'tls'});
});

it('ends with its signal, while it opens and while it waits', async () => {
  const {url} = await startRawServer(() => undefined);
  await expect(openConnection(url, {what}, AbortSignal.abort(new Error('SIGTERM')))).rejects.toMatchObject({
    failureClass: 'interrupted',
    message: 'test of server: interrupted: SIGTERM',
  });
  const opening = new AbortController();
  const opened = openConnection(url, {what}, opening.signal);
  opening.abort();
  await expect(opened).rejects.toMatchObject({failureClass: 'interrupted'});
  const waiting = new AbortController();
  const connection = await openConnection(url, {what}, waiting.signal);
  const exchange = connection.exchange(get(url));
  waiting.abort();
  await expect(exchange).rejects.toMatchObject({failureClass: 'interrupted'});
});

describe('the network', () => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const hasIpv6 = addresses.some(({address}) => address === '::1');

  /** A server of both families on one port, under a name that has an address of each. */
  const bothFamilies = async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((socket) => {
      seen.push(socket.remoteAddress);
      answering(ok())(socket);
    });
    const port = await listenOnFreePort(server, '::');
    onTestFinished(() => void server.close());
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
      const [, options, callback] = given;
      const v6 =
        typeof options === 'object' && options !== null && 'family' in options && options.family === 6;
      if (typeof callback === 'function') callback(null, v6 ? '::1' : '127.0.0.1', v6 ? 6 : 4);
    });
    onTestFinished(() => lookup.mockRestore());
    return {url: new URL(`http://both.example:${port}/`), seen};
  };

  it.runIf(hasIpv6).each([
    [{ipFamily: 4}, '::ffff:127.0.0.1'],
    [{ipFamily: 6}, '::1'],
    [{sourceAddress: '127.0.0.1'}, '::ffff:127.0.0.1'],
    [{sourceAddress: '::1'}, '::1'],
  ] as const)('of %j is kept to with a host that has both families', async (network, address) => {
    const {url, seen} = await bothFamilies();
    const connection = await openConnection(url, {what, ...network}, never);
    await answered(connection.exchange(get(url)));
    connection.close();
    expect(seen).toEqual([address]);
  });

  it.runIf(process.platform === 'linux')("of a source address is the server's view too", async () => {
    const {url, sockets} = await startRawServer(answering(ok()));
    const connection = await openConnection(url, {what, sourceAddress: '127.0.0.2'}, never);
    await answered(connection.exchange(get(url)));
    expect(sockets[0]?.remoteAddress).toBe('127.0.0.2');
    connection.close();
  });

  it.each([
    [
      {sourceAddress: '192.0.2.1'},
      'http',
      `${what} (from 192.0.2.1): this machine has no such source address`,
    ],
    [
      {sourceAddress: '192.0.2.1'},
      'https',
      `${what} (from 192.0.2.1): this machine has no such source address`,
    ],
    [{sourceAddress: '::1'}, 'http', `${what} (from ::1): the server has only an IPv4 address`],
    [{ipFamily: 6}, 'http', `${what} (over IPv6): the server has only an IPv4 address`],
  ] as const)('of %j can not reach %s of an address of IPv4 here', async (network, protocol, message) => {
    const {url} = await startRawServer(answering(ok()), {tls: protocol === 'https'});
    const opening = openConnection(url, {what, ca: certificate, ...network}, never);
    await expect(opening).rejects.toMatchObject({failureClass: 'no-network', message});
  });

  it('of a family in which a name has no address is told', async () => {
    const url = new URL('http://nothing.invalid/');
    await expect(openConnection(url, {what, ipFamily: 6}, never)).rejects.toMatchObject({
      failureClass: 'dns',
      message: expect.stringContaining(`${what} (over IPv6): `),
    });
  });
});

import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import fc from 'fast-check';
import {expect, it, onTestFinished} from 'vitest';
import {ask, closed, start} from './running.ts';

const open = (port: number): Socket => {
  const socket = connect({port, host: '127.0.0.1'});
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
};

const request = fc.oneof(
  fc.string(),
  fc.uint8Array({maxLength: 300}).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'CONNECT', 'TRACE', 'get', ''),
      fc.oneof(
        fc.constantFrom('/empty', '/garbage?ckSize=1', '/getIP', '/udp', '/token=%/empty', '*', '//', '?'),
        fc.webUrl({withQueryParameters: true}),
        fc.string(),
      ),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', ''),
      fc.constantFrom(
        'Host: x',
        'Content-Length: 9',
        'Content-Length: -1',
        'Content-Length: 1e9\r\nTransfer-Encoding: chunked',
        'Transfer-Encoding: chunked\r\n\r\nffffffffffffffff',
        'Host: x\r\nExpect: 100-continue\r\nContent-Length: 1',
        'Host: x\r\nExpect: something',
        'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket',
        'Host: x\r\nAuthorization: Bearer \xff',
      ),
    )
    .map(([method, path, version, header]) => `${method} ${path} ${version}\r\n${header}\r\n\r\n`),
);

it.each([undefined, () => '0123456789abcdef'])('goes on, whatever bytes it is sent', async (token) => {
  const {url, problems} = await start({token});
  const {port} = new URL(url);
  for (const text of fc.sample(request, 200)) {
    const socket = open(Number.parseInt(port, 10)).resume();
    socket.end(text, 'latin1');
    await Promise.race([closed(socket), once(socket, 'data')]);
    socket.destroy();
  }
  expect((await ask(`${url}empty`)).status).toBe(token === undefined ? 200 : 401);
  expect(problems).toEqual([]);
});

/** How many requests a client sends at once: far more than may be under way, few enough to be answered soon. */
const ahead = 250;

it('ends the connection of a client that sends very many requests ahead', async () => {
  const {port, refusals} = await start();
  const sockets = Array.from({length: 10}, () => open(port).resume());
  const ended = Promise.all(sockets.map((socket) => closed(socket)));
  for (const socket of sockets) socket.write('GET /empty HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(ahead));
  await ended;
  expect(refusals).toContainEqual(['connections', '127.0.0.1 sends over 64 requests ahead on a connection']);
});

it.each(['GET /garbage?ckSize=1024', 'GET /empty', 'POST /udp', 'GET /nowhere'])(
  'serves others while a client sends very many requests ahead: %s',
  async (line) => {
    const {url, port} = await start();
    const sockets = Array.from({length: 10}, () => open(port));
    // They read no more than the beginning: who takes gigabytes in this process only keeps it busy.
    const answered = Promise.all(
      sockets.map((socket) =>
        Promise.race([once(socket, 'data').then(() => socket.pause()), closed(socket)]),
      ),
    );
    for (const socket of sockets) socket.write(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(ahead));
    await answered;
    expect((await ask(`${url}garbage?ckSize=8`)).body).toHaveLength(8 * 1024 * 1024);
  },
);

import {expect, it} from 'vitest';
import {askText, createSession, getText} from '../../../../src/engine/native/session.ts';
import {answering, ok, startRawServer} from './raw-server.ts';

const never = new AbortController().signal;
const options = {what: 'test of server', userAgent: 'test/1'};

it('keeps its connection', async () => {
  const {url, sockets} = await startRawServer(answering(ok('text')));
  const session = createSession(url, options, never);
  for (let count = 0; count < 3; count += 1) {
    expect(await getText(session, url)).toMatchObject({text: 'text', head: {status: 200}});
  }
  expect(sockets).toHaveLength(1);
  session.close();
});

it('opens another when the server has ended it', async () => {
  const {url, sockets} = await startRawServer(answering(ok('', 'Connection: close\r\n')));
  const session = createSession(url, options, never);
  for (let count = 0; count < 3; count += 1) await session.get(url);
  expect(sockets).toHaveLength(3);
  session.close();
});

it('does not wait longer than it may, for a connection or an answer', async () => {
  const {url} = await startRawServer(() => undefined);
  const session = createSession(url, {...options, timeoutMs: 50}, never);
  const failure = {failureClass: 'timeout', message: 'test of server: no answer for 0.05 s'};
  await expect(session.get(url)).rejects.toMatchObject(failure);
  await expect(session.get(url)).rejects.toMatchObject(failure);
});

it('cuts long texts', async () => {
  const {url} = await startRawServer(answering(ok('x'.repeat(200_000))));
  const session = createSession(url, options, never);
  expect((await getText(session, url)).text).toHaveLength(64 * 1024);
  session.close();
});

it('asks for the path and query, of the host with its port', async () => {
  let received = '';
  const {url} = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      received += bytes.toString();
      socket.write(ok());
    });
  });
  const session = createSession(url, options, never);
  await session.get(new URL('/a%20b/c?d=é', url));
  expect(received.split('\r\n').slice(0, 3)).toEqual([
    'GET /a%20b/c?d=%C3%A9 HTTP/1.1',
    `Host: ${url.host}`,
    'User-Agent: test/1',
  ]);
  session.close();
});

it('asks for a text that need not be there', async () => {
  const {url} = await startRawServer(answering(ok('text')));
  expect(await askText(url, options, never)).toBe('text');
  const busy = await startRawServer(answering('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\ntext'));
  expect(await askText(busy.url, options, never)).toBeUndefined();
  const hanging = await startRawServer(() => undefined);
  expect(await askText(hanging.url, {...options, timeoutMs: 50}, never)).toBeUndefined();
  const stop = new AbortController();
  const asking = askText(hanging.url, options, stop.signal);
  stop.abort(new Error('SIGTERM'));
  await expect(asking).rejects.toMatchObject({failureClass: 'interrupted'});
});

import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {expect, onTestFinished, test, vi} from 'vitest';
import {ask, patiently, sendRaw} from './http.ts';
import {listOf, type Overrides, proxiesOf, start} from './running.ts';

/** Opens connections that say nothing, one after the other. */
const openIdle = async (port: number, localAddress: string, count: number): Promise<readonly Socket[]> => {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i += 1) {
    const socket = connect({port, host: '127.0.0.1', localAddress});
    onTestFinished(() => {
      socket.destroy();
    });
    // What is closed at once may end as a reset.
    socket.on('error', () => {}).resume();
    await once(socket, 'connect');
    sockets.push(socket);
  }
  return sockets;
};

const startCounting = async (overrides: Overrides) => {
  const closed: string[] = [];
  const server = await start({
    allowlist: listOf('127.0.0.0/8'),
    ...overrides,
    onClosed: (closure) => closed.push(closure),
  });
  return {...server, closed};
};

const openOf = (sockets: readonly Socket[]): boolean[] => sockets.map((socket) => !socket.closed);

test('a client with too many loses the one that it has used least recently', async () => {
  const {port, closed} = await startCounting({connections: {most: 100, mostPerClient: 3}});
  const sockets = await openIdle(port, '127.0.0.2', 3);
  const [first] = sockets;
  first?.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n');
  await (first && once(first, 'data'));
  await openIdle(port, '127.0.0.2', 1);
  await vi.waitFor(() => expect(openOf(sockets)).toEqual([true, false, true]), patiently);
  expect(closed).toEqual(['client_limit']);
});

test('when there are too many in all, whoever has most loses one, and others get in', async () => {
  const {port, url, closed} = await startCounting({connections: {most: 10, mostPerClient: 9}});
  const few = await openIdle(port, '127.0.0.3', 2);
  const many = await openIdle(port, '127.0.0.2', 8);
  expect((await ask(`${url}/prometheus`, {localAddress: '127.0.0.4'})).status).toBe(200);
  await vi.waitFor(() => expect(many.filter((socket) => socket.closed)).toHaveLength(1), patiently);
  expect(openOf(few)).toEqual([true, true]);
  expect(closed).toEqual(['limit']);
});

test('those of strangers are few, and closed before they say anything', async () => {
  const {port, url, closed} = await startCounting({allowlist: listOf('127.0.0.1')});
  const sockets = await openIdle(port, '127.0.0.2', 40);
  await vi.waitFor(() => expect(sockets.filter((socket) => socket.closed)).toHaveLength(8), patiently);
  expect(closed).toEqual(new Array(8).fill('stranger'));
  expect((await ask(`${url}/prometheus`)).status).toBe(200);
});

test('a trusted proxy may have as many as there may be', async () => {
  const {port, closed} = await startCounting({
    trustedProxies: proxiesOf('127.0.0.2'),
    connections: {most: 20, mostPerClient: 3},
  });
  const sockets = await openIdle(port, '127.0.0.2', 10);
  expect(openOf(sockets)).not.toContain(false);
  expect(closed).toEqual([]);
});

test('closing ends connections that have said nothing', async () => {
  const server = await start();
  const [socket] = await openIdle(server.port, '127.0.0.1', 1);
  await Promise.all([server.close(), socket && once(socket, 'close')]);
});

test('who sends many requests and waits for no answer loses all connections', async () => {
  const {port, url, closed} = await startCounting({});
  const sockets = await openIdle(port, '127.0.0.2', 3);
  const others = await openIdle(port, '127.0.0.3', 3);
  sockets[1]?.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  await vi.waitFor(() => expect(openOf(sockets)).toEqual([false, false, false]), patiently);
  expect(openOf(others)).toEqual([true, true, true]);
  expect(closed).toEqual(['pipeline']);
  expect((await ask(`${url}/prometheus`)).status).toBe(200);
});

test("of a trusted proxy's connections, only that one is closed", async () => {
  const {port} = await startCounting({trustedProxies: proxiesOf('127.0.0.2')});
  const sockets = await openIdle(port, '127.0.0.2', 3);
  sockets[1]?.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1000));
  await vi.waitFor(() => expect(openOf(sockets)).toEqual([true, false, true]), patiently);
});

test('a few requests at once are answered in order', async () => {
  const {port} = await startCounting({});
  const request = (path: string, connection: string): string =>
    `HEAD ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`;
  const requests = `${request('/metrics', 'keep-alive').repeat(3)}${request('/nothing', 'close')}`;
  const statuses = (await sendRaw(port, requests)).match(/HTTP\/1\.1 \d{3}/g);
  expect(statuses).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']);
});

test('a request is served when those before it on its connection are answered', async () => {
  let finish = (_text: string): void => {};
  const text = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const served: string[] = [];
  const render = (): Promise<string> => {
    served.push('/metrics');
    return text;
  };
  const ready = (): boolean => {
    served.push('/-/ready');
    return true;
  };
  const {port, url} = await startCounting({ownMetrics: {contentType: 'text/plain', render}, ready});
  const request = (path: string, connection: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`;
  const answers = sendRaw(port, `${request('/metrics', 'keep-alive')}${request('/-/ready', 'close')}`);
  await vi.waitFor(() => expect(served).toEqual(['/metrics']), patiently);
  // Others don't wait.
  expect((await ask(`${url}/prometheus`)).status).toBe(200);
  expect(served).toEqual(['/metrics']);
  finish('own 1\n');
  expect(await answers).toMatch(/own 1\n.*ready\n$/s);
  expect(served).toEqual(['/metrics', '/-/ready']);
});

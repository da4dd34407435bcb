import {EventEmitter, once} from 'node:events';
import {Agent} from 'node:http';
import {connect} from 'node:net';
import {describe, expect, onTestFinished, test} from 'vitest';
import {ListenError} from '../../../src/server/listen.ts';
import {startServer} from '../../../src/server/server.ts';
import {ask} from './http.ts';
import {listOf, optionsFor, start} from './running.ts';

describe('starting', () => {
  test.each([
    [{host: '127.0.0.1', port: 0}, '127.0.0.1'],
    [{host: '::1', port: 0}, '[::1]'],
    [{host: '::', port: 0}, 'localhost'],
    [{host: '0.0.0.0', port: 0}, 'localhost'],
    [{port: 0}, 'localhost'],
  ])('on %j gives an address for people: http://%s:PORT', async (listen, host) => {
    const {url, port} = await start({listen});
    expect(port).toBeGreaterThan(0);
    expect(url).toBe(`http://${host}:${port}`);
  });

  test.each(['127.0.0.1', undefined])('on a port in use (host %s) rejects and names it', async (host) => {
    const {port} = await start();
    const listen = host === undefined ? {port} : {host, port};
    const failure = startServer(optionsFor({listen}));
    await expect(failure).rejects.toBeInstanceOf(ListenError);
    await expect(failure).rejects.toThrow(`address ${host ?? ''}:${port} is already in use (web.listen)`);
  });
});

describe('updating', () => {
  test('answers by other options on connections that stay', async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    onTestFinished(() => agent.destroy());
    const server = await start();
    expect((await ask(`${server.url}/prometheus`, {agent})).status).toBe(200);
    const [socket] = Object.values(agent.freeSockets).flat();
    await server.update(optionsFor({path: '/moved'}));
    expect((await ask(`${server.url}/moved`, {agent})).status).toBe(200);
    expect((await ask(`${server.url}/prometheus`, {agent})).status).toBe(404);
    expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
    // The address was looked at when the connection was opened.
    await server.update(optionsFor({allowlist: listOf('192.0.2.1')}));
    expect((await ask(`${server.url}/prometheus`, {agent})).status).toBe(403);
  });

  test('sets other headers, on every kind of answer', async () => {
    const server = await start({
      headers: () => ({'X-Frame-Options': 'deny'}),
      allowlist: listOf('127.0.0.0/31'),
    });
    const answers = async () => {
      const again = {'if-none-match': '*'};
      const asked = await Promise.all([
        ask(`${server.url}/prometheus`),
        ask(`${server.url}/prometheus`, {method: 'HEAD'}),
        ask(`${server.url}/prometheus`, {headers: again}),
        ask(`${server.url}/metrics`),
        ask(`${server.url}/prometheus`, {localAddress: '127.0.0.2'}),
        ask(`${server.url}/nothing`),
        ask(`${server.url}/%zz`),
      ]);
      return asked.map(({status, headers}) => [status, headers['x-frame-options']]);
    };
    const statuses = [200, 200, 304, 200, 403, 404, 400];
    expect(await answers()).toEqual(statuses.map((status) => [status, 'deny']));
    await server.update(optionsFor({headers: () => ({'X-Frame-Options': 'sameorigin'})}));
    expect(await answers()).toEqual(statuses.map((status) => [status, 'sameorigin']));
  });

  test('lets an answer under way finish', async () => {
    let finish = (_text: string): void => {};
    const rendering = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const events = new EventEmitter();
    const asked = once(events, 'asked');
    const render = (): Promise<string> => {
      events.emit('asked');
      return rendering;
    };
    const server = await start({ownMetrics: {contentType: 'text/plain', render}});
    const answer = ask(`${server.url}/metrics`);
    await asked;
    await server.update(optionsFor());
    finish('own 2\n');
    expect(await answer).toMatchObject({status: 200, body: 'own 2\n'});
    expect(await ask(`${server.url}/metrics`)).toMatchObject({status: 200, body: 'own 1\n'});
  });
});

// A test's time is up long before a kept-alive connection's.
describe('closing', () => {
  test('ends kept-alive connections', async () => {
    const agent = new Agent({keepAlive: true});
    const server = await startServer(optionsFor());
    await ask(`${server.url}/prometheus`, {agent});
    const [socket] = Object.values(agent.freeSockets).flat();
    await Promise.all([server.close(), socket && once(socket, 'close')]);
    await expect(ask(`${server.url}/prometheus`)).rejects.toMatchObject({code: 'ECONNREFUSED'});
  });

  test.each(['', 'GET /prometheus HTTP/1.1\r\nHost: a\r\n'])(
    'ends a connection that has sent %j',
    async (bytes) => {
      const server = await startServer(optionsFor());
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(bytes);
      socket.resume();
      // Its end may come as a reset.
      socket.on('error', () => {});
      await Promise.all([server.close(), once(socket, 'close')]);
    },
  );

  test('lets an answer under way finish', async () => {
    const events = new EventEmitter();
    const asked = once(events, 'asked');
    const render = async (): Promise<string> => {
      const finish = once(events, 'finish');
      events.emit('asked');
      await finish;
      return 'own 1\n';
    };
    const server = await startServer(optionsFor({ownMetrics: {contentType: 'text/plain', render}}));
    const answer = ask(`${server.url}/metrics`);
    await asked;
    const closed = server.close();
    events.emit('finish');
    expect(await answer).toMatchObject({status: 200, body: 'own 1\n'});
    await closed;
  });
});

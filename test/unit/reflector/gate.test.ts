import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished} from 'vitest';
import {parseAddress} from '../../../src/addresses/address.ts';
import {parseAllowlist} from '../../../src/addresses/allowlist.ts';
import {clientOf} from '../../../src/reflector/gate.ts';
import {ask, closed, eventually, start} from './running.ts';

const secret = '0123456789abcdef';

const allowlist = (...entries: string[]) => {
  const parsed = parseAllowlist(entries);
  if (!parsed.ok) throw new Error('no allowlist');
  return parsed.allowlist;
};

/** Connections that send nothing, as they come to be; which of them are ended by the other side shows in `destroyed`. */
const idle = async (port: number, count: number, localAddress = '127.0.0.1'): Promise<readonly Socket[]> => {
  const sockets = Array.from({length: count}, () => {
    const socket = connect({port, host: '127.0.0.1', localAddress}).resume();
    return socket.on('error', () => undefined);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
};

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({address}) => address === '::1'),
);

describe('the allowlist', () => {
  const decisions: readonly (readonly [string, string, readonly string[], number])[] = [
    ['127.0.0.1', '127.0.0.1', ['127.0.0.0/8'], 200],
    ['127.0.0.1', '127.0.0.2', ['127.0.0.2'], 200],
    ['127.0.0.1', '127.0.0.2', ['127.0.0.1', '::1'], 403],
    ['127.0.0.1', '127.0.0.1', ['::ffff:127.0.0.1'], 200],
    ['127.0.0.1', '127.0.0.1', ['::/0'], 403],
    ['::', '127.0.0.1', ['127.0.0.1'], 200],
    ['::', '127.0.0.1', ['::1'], 403],
    ['::', '::1', ['::1'], 200],
    ['::', '::1', ['127.0.0.0/8'], 403],
  ];
  it.each(decisions.filter(([host]) => hasIpv6 || host !== '::'))(
    'on %s, of a client at %s, with %j, answers %i',
    async (host, client, entries, status) => {
      const {port, refusals} = await start({host, allowlist: allowlist(...entries)});
      const url = client.includes(':') ? `http://[::1]:${port}/empty` : `http://127.0.0.1:${port}/empty`;
      const answer = await ask(url, {localAddress: client});
      expect(answer.status).toBe(status);
      if (status === 200) return;
      expect(answer.body.toString()).toBe(`forbidden: ${client} is not among --allowed-ips\n`);
      expect(refusals).toEqual([['address', `${client} is not among --allowed-ips`]]);
    },
  );

  it('is asked before anything else, at every path', async () => {
    const {url, refusals} = await start({allowlist: allowlist('127.0.0.9'), token: () => secret});
    for (const path of ['', 'garbage', 'empty', 'getIP', 'udp', 'nowhere', `token=${secret}/empty`])
      expect((await ask(`${url}${path}`)).status).toBe(403);
    expect((await ask(`${url}udp`, {method: 'POST'})).status).toBe(403);
    expect(refusals).toHaveLength(8);
  });

  it('keeps strangers from taking the connections of others', async () => {
    const {port, refusals} = await start({allowlist: allowlist('127.0.0.1')});
    const [some, more] = await Promise.all([idle(port, 60, '127.0.0.2'), idle(port, 60, '127.0.0.3')]);
    const ended = () => [...some, ...more].filter(({destroyed}) => destroyed).length;
    await eventually(() => expect(ended()).toBe(40));
    expect(refusals).toHaveLength(40);
    expect((await ask(`http://127.0.0.1:${port}/empty`)).status).toBe(200);
  });
});

describe('the token', () => {
  it('may come as a header, in the path or in the query', async () => {
    const {url, refusals} = await start({token: () => secret});
    const bearer = {headers: {Authorization: `Bearer ${secret}`}};
    expect((await ask(`${url}empty`, bearer)).status).toBe(200);
    expect((await ask(`${url}token=${secret}/garbage?ckSize=1`)).body).toHaveLength(1024 * 1024);
    expect((await ask(`${url}empty?token=${secret}`, {method: 'POST', body: 'x'})).status).toBe(200);
    expect((await ask(`${url}token=${secret}/udp`, {method: 'POST'})).status).toBe(200);
    expect(refusals).toEqual([]);
  });

  it('is asked for when it is missing or wrong, and never repeated', async () => {
    const {url, refusals} = await start({token: () => secret});
    for (const path of [
      'empty',
      'empty?token=nearly-the-right-one',
      'token=nearly-the-right-one/empty',
      'x',
    ]) {
      const answer = await ask(`${url}${path}`);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(answer.body.toString()).toMatch(/^this reflector needs its token: [^\n]+\n$/);
    }
    expect(refusals.map(([kind]) => kind)).toEqual(['token', 'token', 'token', 'token']);
    expect(JSON.stringify(refusals)).not.toContain('nearly');
  });

  it('that can not be read admits nobody, and ends nothing', async () => {
    const {url, refusals} = await start({
      token: () => {
        throw new Error('ENOENT: no such file');
      },
    });
    expect((await ask(`${url}empty?token=${secret}`)).status).toBe(401);
    expect(refusals).toEqual([['token', "the token can't be read: ENOENT: no such file"]]);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as the client %s', (text, client) => {
  const address = parseAddress(text);
  expect(address && clientOf(address)).toBe(client);
});

describe('the limits', () => {
  it('turn a client away while too many others test', async () => {
    const {url, refusals} = await start({maxSessions: 1});
    expect((await ask(`${url}empty`, {localAddress: '127.0.0.1'})).status).toBe(200);
    const second = await ask(`${url}empty`, {localAddress: '127.0.0.2'});
    expect([second.status, second.headers['retry-after']]).toEqual([503, '15']);
    expect(second.body.toString()).toMatch(/^as many tests [^\n]+\n$/);
    expect((await ask(`${url}empty`, {localAddress: '127.0.0.1'})).status).toBe(200);
    expect(refusals).toEqual([['sessions', '127.0.0.2 comes while 1 others test (--max-sessions)']]);
  });

  it('end a test that moves too many bytes, down or up, and spare the others', async () => {
    const {url, port, refusals} = await start({maxBytes: 500_000});
    const [download] = await idle(port, 1);
    const [upload] = await idle(port, 1, '127.0.0.2');
    if (!(download && upload)) throw new Error('no connections');
    download.write('GET /garbage?ckSize=1024 HTTP/1.1\r\nHost: x\r\n\r\n');
    upload.write('POST /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    // What is read along with the head does not count.
    upload.write(Buffer.alloc(900_000));
    await Promise.all([closed(download), closed(upload)]);
    expect(refusals.map(([, reason]) => reason).toSorted()).toEqual([
      '127.0.0.1 has moved its 500000 bytes (--max-bytes) and is cut off',
      '127.0.0.2 has moved its 500000 bytes (--max-bytes) and is cut off',
    ]);
    const next = await ask(`${url}empty`);
    expect([next.status, next.headers['retry-after']]).toEqual([429, '15']);
    expect(next.body.toString()).toMatch(/^this test has moved the 500000 bytes [^\n]+\n$/);
    expect((await ask(`${url}empty`, {localAddress: '127.0.0.3'})).status).toBe(200);
  });

  it('let one client have so many connections, and forget those that are closed', async () => {
    const {port, refusals} = await start();
    const sockets = await idle(port, 100);
    await eventually(() => expect(sockets.filter(({destroyed}) => destroyed)).toHaveLength(20));
    expect(refusals).toHaveLength(20);
    expect(refusals[0]).toEqual(['connections', '127.0.0.1 has 80 connections already']);
    expect((await ask(`http://127.0.0.1:${port}/empty`, {localAddress: '127.0.0.2'})).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => expect((await ask(`http://127.0.0.1:${port}/empty`)).status).toBe(200));
  });

  it('refuse a body that is too large before it is sent', async () => {
    const {port} = await start();
    const [socket] = await idle(port, 1);
    if (socket === undefined) throw new Error('no connection');
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    socket.write(
      'POST /empty HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n',
    );
    await closed(socket);
    expect(received).toMatch(/^HTTP\/1.1 413 /);
  });

  it('refuse headers that are too large, and go on', async () => {
    const {url} = await start();
    expect((await ask(`${url}empty`, {headers: {long: 'x'.repeat(10_000)}})).status).toBe(431);
    expect((await ask(`${url}empty?${'x'.repeat(10_000)}`)).status).toBe(431);
    expect((await ask(`${url}empty`)).status).toBe(200);
  });

  it('ask for the body of an upload that waits for that', async () => {
    const {port} = await start();
    const [socket] = await idle(port, 1);
    if (socket === undefined) throw new Error('no connection');
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    socket.write('POST /empty HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    await eventually(() => expect(received).toBe('HTTP/1.1 100 Continue\r\n\r\n'));
    socket.write('body');
    await eventually(() => expect(received).toContain('HTTP/1.1 200 OK'));
  });
});

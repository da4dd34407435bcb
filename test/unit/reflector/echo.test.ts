import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import fc from 'fast-check';
import {expect, it, onTestFinished} from 'vitest';
import {z} from 'zod';
import {startEcho} from '../../../src/reflector/echo.ts';
import {encodeDatagram} from '../../../src/reflector/echo-protocol.ts';
import {echoLimits} from '../../../src/reflector/echo-sessions.ts';
import {ask, eventually, start} from './running.ts';

/** A client's UDP socket, and what it received. */
const client = async (port: number, address = '127.0.0.1') => {
  const socket: Socket = createSocket('udp4');
  const received: Buffer[] = [];
  socket.on('message', (bytes) => received.push(bytes));
  socket.bind({address, port: 0});
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const send = (...datagrams: readonly Uint8Array[]): void => {
    for (const datagram of datagrams) socket.send(datagram, port, '127.0.0.1');
  };
  return {send, received};
};

const session = async (url: string): Promise<{port: number; session: string}> => {
  const {body} = await ask(`${url}udp`, {method: 'POST'});
  return z.object({port: z.number(), session: z.string()}).parse(JSON.parse(body.toString()));
};

it('is offered where it is asked for, by POST', async () => {
  const {url} = await start();
  for (const path of ['udp', 'backend/udp']) {
    const {status, body} = await ask(`${url}${path}`, {method: 'POST'});
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      port: expect.any(Number),
      session: expect.stringMatching(/^[0-9a-f]{32}$/),
      count: 1000,
      perSecond: 200,
      lifetimeMs: 30_000,
    });
  }
  expect((await ask(`${url}udp`)).status).toBe(405);
});

it('is refused to a client that has enough sessions, in words, and counted', async () => {
  const {url, refusals} = await start();
  for (let index = 0; index < echoLimits.sessionsPerAddress; index += 1) await session(url);
  const {status, body} = await ask(`${url}udp`, {method: 'POST'});
  expect([status, body.toString()]).toEqual([
    503,
    'too many sessions of datagrams are open: try again later\n',
  ]);
  expect(refusals).toEqual([['echo', '127.0.0.1 asks for a session of datagrams too many']]);
});

it('can be left out', async () => {
  const {url} = await start({udp: false});
  expect((await ask(`${url}udp`, {method: 'POST'})).status).toBe(404);
});

it('sends back what it got, once, to where it came from', async () => {
  const {url} = await start();
  const {port, session: id} = await session(url);
  const [one, other] = await Promise.all([client(port), client(port)]);
  const datagrams = [0, 7, 7, 2 ** 32 - 1].map((sequence) => encodeDatagram(id, sequence));
  one.send(...datagrams);
  await eventually(() => expect(one.received).toEqual(datagrams));
  expect(other.received).toEqual([]);
});

it('answers nobody else, and nothing else', async () => {
  const {url} = await start();
  const {port, session: id} = await session(url);
  const [owner, stranger] = await Promise.all([client(port), client(port, '127.0.0.2')]);
  const valid = encodeDatagram(id, 1);
  stranger.send(valid);
  owner.send(
    Buffer.alloc(0),
    valid.subarray(1),
    Buffer.concat([valid, Buffer.alloc(1)]),
    Buffer.concat([valid, Buffer.alloc(60_000)]),
    encodeDatagram('0'.repeat(32), 1),
    encodeDatagram(id.toUpperCase().split('').reverse().join(''), 1),
  );
  // They arrive in order: what would be answered has been when this is.
  owner.send(valid);
  await eventually(() => expect(owner.received).toEqual([valid]));
  expect(stranger.received).toEqual([]);
});

it('answers no datagram that is random, or nearly right', async () => {
  const {url} = await start();
  const {port, session: id} = await session(url);
  const {send, received} = await client(port);
  const valid = encodeDatagram(id, 1);
  const nearly = fc
    .tuple(fc.nat({max: 15}), fc.integer({min: 1, max: 255}))
    .map(([place, flip]) => valid.map((byte, index) => (index === place ? byte ^ flip : byte)));
  const longer = fc.uint8Array({minLength: 1, maxLength: 1400}).map((more) => Buffer.concat([valid, more]));
  const any = fc.uint8Array({maxLength: 1400});
  for (const datagram of fc.sample(fc.oneof(nearly, longer, any), 300)) {
    send(datagram);
    await new Promise((resolve) => setImmediate(resolve)); // a socket's buffer would not hold all of them
  }
  await eventually(() => {
    send(valid);
    expect(received.length).toBeGreaterThan(0);
  });
  for (const datagram of received) expect(datagram).toEqual(valid);
});

it('answers a flood with less than it got, and goes on', async () => {
  const {url} = await start();
  const {port, session: id} = await session(url);
  const {send, received} = await client(port);
  const startedAtMs = performance.now();
  for (let sequence = 0; sequence < 2000; sequence += 1) {
    send(encodeDatagram(id, sequence));
    if (sequence % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(() => expect(received.length).toBeGreaterThanOrEqual(echoLimits.perSecond / 2));
  const {status} = await ask(`${url}empty`);
  expect(status).toBe(200);
  const allowed = echoLimits.perSecond * (1 + (performance.now() - startedAtMs) / 1000);
  expect(received.length).toBeLessThanOrEqual(allowed);
});

it('says why it can not be bound', async () => {
  const taken = await startEcho(
    '127.0.0.1',
    0,
    () => undefined,
    () => 0,
  );
  onTestFinished(() => taken.close());
  const again = startEcho(
    '127.0.0.1',
    taken.port,
    () => undefined,
    () => 0,
  );
  await expect(again).rejects.toThrow('bind EADDRINUSE');
});

it('keeps a reflector from starting where it can not be bound', async () => {
  // The port for UDP may happen to be somebody's for TCP: another one will not be.
  await eventually(async () => {
    const taken = await startEcho(
      '127.0.0.1',
      0,
      () => undefined,
      () => 0,
    );
    try {
      await expect(start({port: taken.port})).rejects.toThrow(
        `the reflector can't listen on 127.0.0.1:${taken.port} over UDP: bind EADDRINUSE`,
      );
    } finally {
      await taken.close();
    }
  });
});

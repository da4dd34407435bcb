import {once} from 'node:events';
import {connect, createServer, type Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {createSessions, type Entry, maxAhead, sessionIdleMs} from '../../../src/reflector/sessions.ts';
import {listenOnFreePort} from '../../peers/port.ts';
import {eventually} from './running.ts';

/** Connections of a server, whose other ends send and take what they are told to. */
const connections = async (count: number): Promise<readonly {socket: Socket; other: Socket}[]> => {
  const server = createServer();
  const port = await listenOnFreePort(server);
  const made: {socket: Socket; other: Socket}[] = [];
  for (let index = 0; index < count; index += 1) {
    const other = connect(port, '127.0.0.1');
    const [socket]: Socket[] = await once(server, 'connection');
    if (socket === undefined) throw new Error('no connection');
    for (const each of [socket, other]) each.on('error', () => undefined).resume();
    made.push({socket, other});
  }
  onTestFinished(() => {
    for (const {socket, other} of made) for (const each of [socket, other]) each.destroy();
    server.close();
  });
  return made;
};

const leave = (entry: Entry): void => {
  if (entry.kind !== 'entered') throw new Error(entry.kind);
  entry.leave();
};

const unlimited = {maxSessions: Infinity, maxBytes: Infinity};

it('admits so many clients at a time, and another when one has been idle', async () => {
  const [a, b, c] = await connections(3);
  if (!(a && b && c)) throw new Error('too few');
  let now = 0;
  const sessions = createSessions({...unlimited, maxSessions: 2}, () => now);
  const first = sessions.enter('a', a.socket);
  leave(sessions.enter('b', b.socket));
  expect(sessions.enter('c', c.socket).kind).toBe('full');
  expect(sessions.enter('a', a.socket).kind).toBe('entered');
  now += sessionIdleMs - 1;
  expect(sessions.enter('c', c.socket).kind).toBe('full');
  now += 1;
  leave(first);
  // b has been idle for long enough, a is under way.
  expect(sessions.enter('c', c.socket).kind).toBe('entered');
  expect(sessions.enter('b', b.socket).kind).toBe('full');
});

it('counts the bytes of both directions and of closed connections, and begins anew after a pause', async () => {
  const [first, second] = await connections(2);
  if (!(first && second)) throw new Error('too few');
  let now = 0;
  const sessions = createSessions({...unlimited, maxBytes: 3000}, () => now);
  leave(sessions.enter('a', first.socket));
  first.other.write(Buffer.alloc(1000));
  first.socket.write(Buffer.alloc(1000));
  await eventually(() => expect(first.socket.bytesRead + first.socket.bytesWritten).toBe(2000));
  first.socket.destroy();
  leave(sessions.enter('a', second.socket));
  expect(sessions.cutOff()).toEqual([]);
  second.other.write(Buffer.alloc(1001));
  await eventually(() => expect(second.socket.bytesRead).toBe(1001));
  expect(sessions.enter('a', second.socket).kind).toBe('spent');
  now += sessionIdleMs;
  expect(sessions.enter('a', second.socket).kind).toBe('entered');
});

it('ends the connections of a client that goes on beyond its bytes, and of no other', async () => {
  const [mine, other] = await connections(2);
  if (!(mine && other)) throw new Error('too few');
  const sessions = createSessions({...unlimited, maxBytes: 1000}, () => 0);
  sessions.enter('a', mine.socket);
  sessions.enter('b', other.socket);
  mine.other.write(Buffer.alloc(1001));
  await eventually(() => expect(sessions.cutOff()).toEqual(['a']));
  expect([mine.socket.destroyed, other.socket.destroyed]).toEqual([true, false]);
  expect(sessions.cutOff()).toEqual([]);
});

it('is not kept by requests whose connection has gone', async () => {
  const [gone, other] = await connections(2);
  if (!(gone && other)) throw new Error('too few');
  let now = 0;
  const sessions = createSessions({...unlimited, maxSessions: 1}, () => now);
  sessions.enter('a', gone.socket);
  sessions.enter('a', gone.socket);
  now += sessionIdleMs;
  expect(sessions.enter('b', other.socket).kind).toBe('full');
  gone.socket.destroy();
  expect(sessions.enter('b', other.socket).kind).toBe('entered');
});

it('bounds the requests that are under way on one connection', async () => {
  const [one, other] = await connections(2);
  if (!(one && other)) throw new Error('too few');
  const sessions = createSessions(unlimited, () => 0);
  const entries = Array.from({length: maxAhead}, () => sessions.enter('a', one.socket));
  expect(sessions.enter('a', one.socket).kind).toBe('crowded');
  expect(sessions.enter('a', other.socket).kind).toBe('entered');
  for (const entry of entries) leave(entry);
  expect(sessions.enter('a', one.socket).kind).toBe('entered');
});

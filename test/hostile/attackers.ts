import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Random} from './random.ts';
import {oversized, randomRequest} from './requests.ts';

/** Addresses of this machine from which attacks come; scrapes come from 127.0.0.1. */
const attackers = 40;
const addressOf = (index: number): string => `127.0.1.${(index % attackers) + 1}`;

const open = (port: number, index: number): Socket => {
  const socket = connect({port, host: '127.0.0.1', localAddress: addressOf(index)});
  // However the server ends it is right.
  socket.on('error', () => {});
  return socket;
};

/** Waits until the connection is there, or is refused. */
const opened = async (socket: Socket): Promise<void> => {
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
};

/** Calls `attack` so many times, `atOnce` of them at a time. */
const repeat = async (
  times: number,
  atOnce: number,
  attack: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < times) {
      const index = next;
      next += 1;
      await attack(index);
    }
  };
  await Promise.all(Array.from({length: atOnce}, work));
};

/** Opens connections that say nothing and lets them stay. Gives them. */
export const idle = async (port: number, count: number): Promise<readonly Socket[]> => {
  const sockets: Socket[] = [];
  await repeat(count, 100, async (index) => {
    const socket = open(port, index);
    // Read, so that its end is seen.
    sockets.push(socket.resume());
    await opened(socket);
  });
  return sockets;
};

/** Connections on which a request's header comes byte by byte, and connections that ask for pages and read nothing. */
export const slow = async (port: number, count: number, forMs: number): Promise<void> => {
  const slowHeaders: Socket[] = [];
  const slowReads: Socket[] = [];
  await repeat(count, 50, async (index) => {
    const socket = open(port, index);
    (index % 2 === 0 ? slowHeaders : slowReads).push(socket);
    await opened(socket);
  });
  for (const socket of slowHeaders) socket.resume().write('GET /prometheus HTTP/1.1\r\nHost: a\r\nX: ');
  // As many as may be unanswered; those who ask for more are among the oversized.
  const ask = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(8);
  for (const socket of slowReads) socket.pause().write(ask);
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    await sleep(100);
    for (const socket of slowHeaders) if (socket.writable) socket.write('a');
  }
  for (const socket of [...slowHeaders, ...slowReads]) socket.destroy();
};

/** Sends bytes and gives the status of the first answer; undefined when there was none. */
const send = async (port: number, index: number, bytes: Buffer): Promise<number | undefined> => {
  const socket = open(port, index);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    if (answer.length < 16) answer += chunk.toString('latin1');
  });
  socket.end(bytes);
  if (!socket.closed) await once(socket, 'close').catch(() => {});
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  return status === undefined ? undefined : Number.parseInt(status, 10);
};

/** Sends so many random requests, and gives how often which status came back. */
export const fuzz = async (
  port: number,
  random: Random,
  count: number,
): Promise<ReadonlyMap<number | undefined, number>> => {
  const statuses = new Map<number | undefined, number>();
  await repeat(count, 32, async (index) => {
    const status = await send(port, index, randomRequest(random));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  return statuses;
};

/** Sends what is too large, so many times each, and gives the statuses that came back by what it was. */
export const sendOversized = async (
  port: number,
  times: number,
): Promise<ReadonlyMap<string, ReadonlySet<number | undefined>>> => {
  const statuses = new Map<string, Set<number | undefined>>();
  for (const [name, make] of oversized) {
    const bytes = make();
    const seen = new Set<number | undefined>();
    await repeat(times, 8, async (index) => {
      seen.add(await send(port, index, bytes));
    });
    statuses.set(name, seen);
  }
  return statuses;
};

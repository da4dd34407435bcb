import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {onTestFinished} from 'vitest';

/** What becomes of a datagram: `late` ones travel after the next. */
export type Fate = 'pass' | 'drop' | 'twice' | 'late';

export interface UdpRelay {
  readonly port: number;
  /** How many were dropped so far, both ways together. */
  dropped(): number;
}

/** Relays datagrams between one client and a port of 127.0.0.1, each way by a decision of its own. Ends with the test. */
export const startUdpRelay = async (
  port: number,
  {there = () => 'pass', back = () => 'pass'}: {there?: () => Fate; back?: () => Fate},
): Promise<UdpRelay> => {
  const near = createSocket('udp4');
  const far = createSocket('udp4');
  let clientPort = 0;
  let dropped = 0;
  const carry = (decide: () => Fate, send: (bytes: Buffer) => void): ((bytes: Buffer) => void) => {
    let held: Buffer | undefined;
    return (bytes) => {
      const fate = decide();
      if (fate === 'drop') dropped += 1;
      else if (fate === 'late' && held === undefined) held = bytes;
      else for (let copies = fate === 'twice' ? 2 : 1; copies > 0; copies -= 1) send(bytes);
      if (held === undefined || held === bytes) return;
      send(held);
      held = undefined;
    };
  };
  const toServer = carry(there, (bytes) => far.send(bytes, port, '127.0.0.1'));
  const toClient = carry(back, (bytes) => near.send(bytes, clientPort, '127.0.0.1'));
  near.on('message', (bytes, from) => {
    clientPort = from.port;
    toServer(bytes);
  });
  far.on('message', toClient);
  for (const socket of [near, far]) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
  }
  return {port: near.address().port, dropped: () => dropped};
};

/** Numbers in [0, 1), the same ones for the same seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import {type Address, parsePeerAddress} from '../addresses/address.ts';
import type {Allowlist} from '../addresses/allowlist.ts';
import {bearerToken} from '../bearer-token.ts';
import {createSessions, maxAhead, sessionIdleMs} from './sessions.ts';
import {createTokenCheck} from './token.ts';

/** Why a client is turned away. */
export const refusalKinds = ['address', 'token', 'sessions', 'bytes', 'connections', 'echo'] as const;
export type RefusalKind = (typeof refusalKinds)[number];

/** Is told of each refusal: what kind, and one line that names the client and holds nothing of the client's own. */
export type OnRefused = (kind: RefusalKind, reason: string) => void;

export interface GateSettings {
  /** The clients that are served; all when absent. */
  readonly allowlist?: Allowlist | undefined;
  /** Reads the token that every request must carry; none when absent. Read again for each request. */
  readonly token?: (() => string) | undefined;
  /** Most tests at a time. */
  readonly maxSessions?: number | undefined;
  /** Most bytes of one test, both directions together. */
  readonly maxBytes?: number | undefined;
}

/** An answer in place of what was asked for. */
export interface Refusal {
  readonly status: number;
  readonly line: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Gate {
  /** Sees each new connection, and ends it when its client has too many. */
  connected(socket: Socket): void;
  /** Lets a request in, which is over when `leave` is called; or refuses it. */
  admit(request: IncomingMessage, token: string | undefined): {readonly leave: () => void} | Refusal;
  /** Ends what has moved more bytes than it may. To be called every now and then. */
  cutOff(): void;
}

/** Most connections of one client: the engine's own most, and some for latency. */
const maxConnections = 80;

const networkOf = (ipv6: Address): string =>
  `${ipv6.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;

/** As what client an address counts: whoever has one of IPv6 has all of its network of 64 bits (RFC 7421). */
export const clientOf = (address: Address): string =>
  address.kind() === 'ipv4' ? address.toString() : networkOf(address);

/** All the addresses that are not served share one client's connections. */
const strangers = 'strangers';

interface Peer {
  readonly address: Address | undefined;
  readonly client: string;
}

const retryLater = {'Retry-After': String(sessionIdleMs / 1000)};

/** Builds the gate that every connection and every request passes. `nowMs` reads a clock that only goes forward. */
export const createGate = (settings: GateSettings, onRefused: OnRefused, nowMs: () => number): Gate => {
  const {allowlist, token, maxSessions = Infinity, maxBytes = Infinity} = settings;
  const sessions = createSessions({maxSessions, maxBytes}, nowMs);
  const hasToken = token && createTokenCheck(token);
  const peers = new WeakMap<Socket, Peer>();
  const connections = new Map<string, number>();

  const peerOf = (socket: Socket): Peer => {
    const known = peers.get(socket);
    if (known !== undefined) return known;
    const address = parsePeerAddress(socket.remoteAddress);
    const served = address !== undefined && (allowlist === undefined || allowlist.contains(address));
    const peer = {address, client: served ? clientOf(address) : strangers};
    peers.set(socket, peer);
    return peer;
  };

  const refuse = (kind: RefusalKind, reason: string, refusal: Refusal): Refusal => {
    onRefused(kind, reason);
    return refusal;
  };

  const tokenRefusal = (given: string | undefined, peer: Peer): Refusal | undefined => {
    if (hasToken === undefined) return undefined;
    const headers = {'WWW-Authenticate': 'Bearer'};
    const line =
      'this reflector needs its token: as Bearer, in the path as /token=TOKEN/, or as ?token=TOKEN';
    try {
      if (hasToken(given)) return undefined;
      const what = given === undefined ? 'no token' : 'a wrong token';
      return refuse('token', `${peer.address} gives ${what}`, {status: 401, line, headers});
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refuse('token', `the token can't be read: ${why}`, {status: 401, line, headers});
    }
  };

  return {
    connected: (socket) => {
      const {client} = peerOf(socket);
      const count = connections.get(client) ?? 0;
      if (count >= maxConnections) {
        onRefused('connections', `${client} has ${count} connections already`);
        socket.destroy();
        return;
      }
      connections.set(client, count + 1);
      socket.once('close', () => {
        const left = (connections.get(client) ?? 1) - 1;
        if (left > 0) connections.set(client, left);
        else connections.delete(client);
      });
    },

    admit: ({socket, headers}, given) => {
      const peer = peerOf(socket);
      const {address, client} = peer;
      if (client === strangers) {
        const reason = `${address ?? 'a client without an address'} is not among --allowed-ips`;
        return refuse('address', reason, {status: 403, line: `forbidden: ${reason}`});
      }
      const refusal = tokenRefusal(given ?? bearerToken(headers.authorization), peer);
      if (refusal !== undefined) return refusal;
      const entry = sessions.enter(client, socket);
      switch (entry.kind) {
        case 'entered':
          return entry;
        case 'full':
          return refuse('sessions', `${client} comes while ${maxSessions} others test (--max-sessions)`, {
            status: 503,
            line: 'as many tests as may run at a time are running: try again later',
            headers: retryLater,
          });
        case 'spent':
          return refuse('bytes', `${client} has moved its ${maxBytes} bytes (--max-bytes)`, {
            status: 429,
            line: `this test has moved the ${maxBytes} bytes that one test may move: try again later`,
            headers: retryLater,
          });
        case 'crowded':
          socket.destroy();
          return refuse('connections', `${client} sends over ${maxAhead} requests ahead on a connection`, {
            status: 429,
            line: `a connection carries at most ${maxAhead} requests that are not answered`,
          });
        default:
          return entry satisfies never;
      }
    },

    cutOff: () => {
      for (const client of sessions.cutOff())
        onRefused('bytes', `${client} has moved its ${maxBytes} bytes (--max-bytes) and is cut off`);
    },
  };
};

import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Server, Socket} from 'node:net';
import type {Peer} from './access/access.ts';
import {type Client, clientKey, tcpClient} from './access/client.ts';

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly most: number;
  /** Of one client: an IPv4 address, or an IPv6 network of 64 bits. Trusted proxies and the Unix socket have no such limit. */
  readonly mostPerClient: number;
}

/** Why a connection was closed, as the metrics tell it. */
export const closures = ['stranger', 'client_limit', 'limit', 'pipeline', 'client_certificate'] as const;
export type Closure = (typeof closures)[number];

/** Connections of addresses on no list: enough to tell people why they are refused, and too few to be in the way. */
const mostOfStrangers = 32;
const strangers = 'strangers';

/** Requests of one connection that have no answer yet. Few clients send a second one; who sends many reads no answers. */
const mostUnanswered = 8;

interface Connection {
  readonly socket: Socket;
  readonly client: Client;
  /** What it counts for. */
  readonly key: string;
  readonly isProxy: boolean;
  /** A number that grows with each connection and request. */
  lastUse: number;
  unanswered: number;
  /** What serves the requests that came while another had no answer yet. */
  readonly waiting: (() => void)[];
}

/** The open connections of all servers together. */
export interface Connections {
  /** Keeps account of a server's connections from now on. */
  watch(server: Server, kind: 'tcp' | 'unix'): void;
  /**
   * Keeps account of a request, and has it served when those that came before it on its connection are answered; never
   * where the connection is closed.
   */
  begin(request: IncomingMessage, response: ServerResponse, serve: () => void): void;
  /** Who is at the other end of a connection. */
  clientOf(socket: Socket): Client | undefined;
  destroyAll(): void;
}

export interface ConnectionsSettings {
  /** As they are at present: they count for new connections. */
  readonly limits: () => ConnectionLimits;
  readonly peerOf: (client: Client) => Peer;
  readonly onClosed: (closure: Closure) => void;
}

/** A connection as both its ends name it, which a TLS socket shares with the socket below it. */
const endsOf = ({localAddress, localPort, remoteAddress, remotePort}: Socket): string =>
  `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;

/**
 * Keeps connections within limits. A new one always gets in where anyone but its own client has more: it takes the place
 * of the one without a request for the longest time, of the client with the most connections. So whoever opens many
 * closes their own, whether these are idle, slow to ask or slow to read.
 */
export const createConnections = ({limits, peerOf, onClosed}: ConnectionsSettings): Connections => {
  const byKey = new Map<string, Set<Connection>>();
  const bySocket = new WeakMap<Socket, Connection>();
  const byEnds = new Map<string, Connection>();
  let open = 0;
  let uses = 0;

  const remove = (connection: Connection): void => {
    const ofKey = byKey.get(connection.key);
    if (!ofKey?.delete(connection)) return;
    open -= 1;
    if (ofKey.size === 0) byKey.delete(connection.key);
  };
  const evict = (from: ReadonlySet<Connection>, closure: Closure): void => {
    const [first, ...others] = from;
    if (first === undefined) return;
    const oldest = others.reduce((one, other) => (other.lastUse < one.lastUse ? other : one), first);
    remove(oldest);
    oldest.socket.destroy();
    onClosed(closure);
  };
  const largest = (): ReadonlySet<Connection> => {
    let most: ReadonlySet<Connection> = new Set();
    for (const ofKey of byKey.values()) if (ofKey.size > most.size) most = ofKey;
    return most;
  };

  const add = (socket: Socket, client: Client): void => {
    const peer = peerOf(client);
    const {most, mostPerClient} = limits();
    const key = peer === 'stranger' ? strangers : clientKey(client);
    const ofKey = byKey.get(key) ?? new Set<Connection>();
    if (peer === 'stranger' && ofKey.size >= mostOfStrangers) {
      socket.destroy();
      onClosed('stranger');
      return;
    }
    uses += 1;
    const connection: Connection = {
      socket,
      client,
      key,
      isProxy: peer === 'proxy',
      lastUse: uses,
      unanswered: 0,
      waiting: [],
    };
    byKey.set(key, ofKey.add(connection));
    bySocket.set(socket, connection);
    open += 1;
    if (peer === 'client' && client !== 'unix' && ofKey.size > mostPerClient) evict(ofKey, 'client_limit');
    if (open > most) evict(largest(), 'limit');
    const ends = endsOf(socket);
    if (client !== 'unix') byEnds.set(ends, connection);
    socket.once('close', () => {
      remove(connection);
      if (byEnds.get(ends) === connection) byEnds.delete(ends);
    });
  };

  return {
    watch: (server, kind) => {
      server.on('connection', (socket) => {
        const client = kind === 'unix' ? 'unix' : tcpClient(socket.remoteAddress);
        if (client === undefined) socket.destroy();
        else add(socket, client);
      });
      server.on('secureConnection', (socket: Socket) => {
        const connection = byEnds.get(endsOf(socket));
        if (connection !== undefined) bySocket.set(socket, connection);
      });
    },
    begin: (request, response, serve) => {
      const connection = bySocket.get(request.socket);
      if (connection === undefined || connection.socket.destroyed) {
        // What was read along with the request for which a connection was closed comes here, too: up to 2,000 requests,
        // each of which Node would end with an error and its stack trace.
        request.destroy();
        return;
      }
      uses += 1;
      connection.lastUse = uses;
      connection.unanswered += 1;
      if (connection.unanswered > mostUnanswered) {
        const ofKey = byKey.get(connection.key) ?? new Set();
        // Those of a proxy are other people's.
        for (const {socket} of connection.isProxy ? [connection] : ofKey) socket.destroy();
        onClosed('pipeline');
        return;
      }
      response.once('close', () => {
        connection.unanswered -= 1;
        if (!connection.socket.destroyed) connection.waiting.shift()?.();
      });
      if (connection.unanswered === 1) serve();
      else connection.waiting.push(serve);
    },
    clientOf: (socket) => bySocket.get(socket)?.client,
    destroyAll: () => {
      for (const ofKey of byKey.values()) for (const {socket} of ofKey) socket.destroy();
    },
  };
};

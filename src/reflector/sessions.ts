import type {Socket} from 'node:net';

/** A session without a request under way is over after this long. */
export const sessionIdleMs = 15_000;

export interface SessionLimits {
  /** Most sessions at a time. */
  readonly maxSessions: number;
  /** Most bytes of one session, both directions together, what HTTP and TLS add included. */
  readonly maxBytes: number;
}

/** Most requests under way on one connection: clients send a few ahead, and each takes memory until it is answered. */
export const maxAhead = 64;

/**
 * `full`: too many others are testing. `spent`: this one has moved all that it may. `crowded`: it has sent too many
 * requests ahead on this connection.
 */
export type Entry =
  | {readonly kind: 'entered'; readonly leave: () => void}
  | {readonly kind: 'full' | 'spent' | 'crowded'};

/** What clients are doing now: one client's test is one session. */
export interface Sessions {
  /** Begins a request of a client on one of its connections; `leave` ends it. */
  enter(client: string, socket: Socket): Entry;
  /** Ends the connections of sessions that have moved more than they may. Gives those sessions' clients. */
  cutOff(): readonly string[];
}

/** A connection's part of a session. */
interface Part {
  /** Bytes that it had moved before. */
  readonly bytesBefore: number;
  /** Requests that are under way, unless the connection is closed: Node does not tell the end of all of them then. */
  underWay: number;
}

interface Session {
  readonly parts: Map<Socket, Part>;
  /** Bytes of connections that are closed. */
  closedBytes: number;
  lastActiveMs: number;
}

const bytesOf = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;

/** Bytes that a session has moved so far. Forgets its closed connections. */
const moved = (session: Session): number => {
  let openBytes = 0;
  for (const [socket, {bytesBefore}] of session.parts) {
    const bytes = bytesOf(socket) - bytesBefore;
    if (socket.destroyed) {
      session.closedBytes += bytes;
      session.parts.delete(socket);
    } else {
      openBytes += bytes;
    }
  }
  return session.closedBytes + openBytes;
};

/**
 * Keeps account of the sessions. A session is all that one client does until it has had no request under way for
 * `sessionIdleMs`; refused requests don't prolong it. `nowMs` reads a clock that only goes forward.
 */
export const createSessions = ({maxSessions, maxBytes}: SessionLimits, nowMs: () => number): Sessions => {
  const sessions = new Map<string, Session>();

  const isOver = ({parts, lastActiveMs}: Session): boolean =>
    nowMs() - lastActiveMs >= sessionIdleMs &&
    [...parts].every(([socket, {underWay}]) => socket.destroyed || underWay === 0);

  const current = (client: string): Session | undefined => {
    const session = sessions.get(client);
    if (session === undefined || !isOver(session)) return session;
    sessions.delete(client);
    return undefined;
  };

  const begin = (client: string): Session | undefined => {
    for (const each of sessions.keys()) current(each);
    if (sessions.size >= maxSessions) return undefined;
    const session = {parts: new Map<Socket, Part>(), closedBytes: 0, lastActiveMs: nowMs()};
    sessions.set(client, session);
    return session;
  };

  return {
    enter: (client, socket) => {
      const session = current(client) ?? begin(client);
      if (session === undefined) return {kind: 'full'};
      if (moved(session) >= maxBytes) return {kind: 'spent'};
      const part = session.parts.get(socket) ?? {bytesBefore: bytesOf(socket), underWay: 0};
      if (part.underWay >= maxAhead) return {kind: 'crowded'};
      session.parts.set(socket, part);
      part.underWay += 1;
      session.lastActiveMs = nowMs();
      return {
        kind: 'entered',
        leave: () => {
          part.underWay -= 1;
          session.lastActiveMs = nowMs();
        },
      };
    },
    cutOff: () =>
      [...sessions]
        .filter(([, session]) => moved(session) > maxBytes && session.parts.size > 0)
        .map(([client, {parts}]) => {
          for (const socket of parts.keys()) socket.destroy();
          return client;
        }),
  };
};

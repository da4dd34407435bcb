import type {Socket} from 'node:net';

/** A session without a request under way is over after this long. */
export const sessionIdleMs = 15_000;

export interface SessionLimits {
  /** Most sessions at a time. */
  readonly maxSessions: number;
  /** Most bytes of one session, both directions together, what HTTP and TLS add included. */
  readonly maxBytes: number;
}

/** `full`: too many others are testing. `spent`: this one has moved all that it may. */
export type Entry =
  | {readonly kind: 'entered'; readonly leave: () => void}
  | {readonly kind: 'full' | 'spent'};

/** What clients are doing now: one client's test is one session. */
export interface Sessions {
  /** Begins a request of a client on one of its connections; `leave` ends it. */
  enter(client: string, socket: Socket): Entry;
  /** Ends the connections of sessions that have moved more than they may. Gives those sessions' clients. */
  cutOff(): readonly string[];
}

interface Session {
  /** Its open connections, each with the bytes that it had moved before. */
  readonly sockets: Map<Socket, number>;
  /** Bytes of connections that are closed. */
  closedBytes: number;
  underWay: number;
  lastActiveMs: number;
}

const bytesOf = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;

/** Bytes that a session has moved so far. Forgets its closed connections. */
const moved = (session: Session): number => {
  let openBytes = 0;
  for (const [socket, before] of session.sockets) {
    const bytes = bytesOf(socket) - before;
    if (socket.destroyed) {
      session.closedBytes += bytes;
      session.sockets.delete(socket);
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

  const isOver = ({underWay, lastActiveMs}: Session): boolean =>
    underWay === 0 && nowMs() - lastActiveMs >= sessionIdleMs;

  const current = (client: string): Session | undefined => {
    const session = sessions.get(client);
    if (session === undefined || !isOver(session)) return session;
    sessions.delete(client);
    return undefined;
  };

  const begin = (client: string): Session | undefined => {
    for (const each of sessions.keys()) current(each);
    if (sessions.size >= maxSessions) return undefined;
    const session = {
      sockets: new Map<Socket, number>(),
      closedBytes: 0,
      underWay: 0,
      lastActiveMs: nowMs(),
    };
    sessions.set(client, session);
    return session;
  };

  return {
    enter: (client, socket) => {
      const session = current(client) ?? begin(client);
      if (session === undefined) return {kind: 'full'};
      if (moved(session) >= maxBytes) return {kind: 'spent'};
      if (!session.sockets.has(socket)) session.sockets.set(socket, bytesOf(socket));
      session.underWay += 1;
      session.lastActiveMs = nowMs();
      return {
        kind: 'entered',
        leave: () => {
          session.underWay -= 1;
          session.lastActiveMs = nowMs();
        },
      };
    },
    cutOff: () =>
      [...sessions]
        .filter(([, session]) => moved(session) > maxBytes && session.sockets.size > 0)
        .map(([client, {sockets}]) => {
          for (const socket of sockets.keys()) socket.destroy();
          return client;
        }),
  };
};

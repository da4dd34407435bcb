import {randomBytes} from 'node:crypto';

/** What one session may have, and how many there may be. Together they bound what all of them are sent. */
export const echoLimits = {
  count: 1000,
  perSecond: 200,
  lifetimeMs: 30_000,
  sessions: 64,
  sessionsPerAddress: 4,
} as const;

/** Who may have datagrams sent back. */
export interface EchoSessions {
  /** Opens a session for an address and gives its id in hexadecimal; `undefined` when there are too many. */
  open(address: string): string | undefined;
  /** Whether a datagram of a session is to be sent back to the address that it comes from. One that is, counts. */
  admit(session: string, address: string): boolean;
}

interface Session {
  readonly address: string;
  readonly endsAtMs: number;
  left: number;
  /** Datagrams that may come at once (a token bucket), as of `filledAtMs`. */
  burst: number;
  filledAtMs: number;
}

/** Keeps the sessions of datagrams that are sent back. `nowMs` reads a clock that only goes forward. */
export const createEchoSessions = (nowMs: () => number): EchoSessions => {
  const {count, perSecond, lifetimeMs} = echoLimits;
  const sessions = new Map<string, Session>();

  return {
    open: (address) => {
      const now = nowMs();
      let ofAddress = 0;
      for (const [id, session] of sessions) {
        if (session.endsAtMs <= now) sessions.delete(id);
        else if (session.address === address) ofAddress += 1;
      }
      if (sessions.size >= echoLimits.sessions || ofAddress >= echoLimits.sessionsPerAddress)
        return undefined;
      const id = randomBytes(16).toString('hex');
      sessions.set(id, {
        address,
        endsAtMs: now + lifetimeMs,
        left: count,
        burst: perSecond,
        filledAtMs: now,
      });
      return id;
    },

    admit: (id, address) => {
      const now = nowMs();
      const session = sessions.get(id);
      if (session === undefined || session.address !== address) return false;
      if (session.endsAtMs <= now || session.left === 0) return false;
      const refilled = session.burst + ((now - session.filledAtMs) / 1000) * perSecond;
      session.burst = Math.min(refilled, perSecond);
      session.filledAtMs = now;
      if (session.burst < 1) return false;
      session.burst -= 1;
      session.left -= 1;
      return true;
    },
  };
};

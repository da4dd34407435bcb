import {hash} from 'node:crypto';
import type {Socket} from 'node:net';
import {bearerToken} from '../../bearer-token.ts';
import {basicUser, createPasswordCheck, type PasswordVerdict} from './basic.ts';
import {createTokenCheck, type Revealed} from './bearer.ts';
import {type Client, clientKey} from './client.ts';
import {createTokenBuckets, type TokenBuckets} from './token-bucket.ts';

/** Who may log in. With neither tokens nor users, nobody has to. */
export interface LoginSettings {
  readonly bearerTokens: readonly Revealed[];
  /** bcrypt hashes by the user's name. */
  readonly users: ReadonlyMap<string, string>;
}

export type Login =
  | {readonly kind: 'right'}
  | {readonly kind: 'missing' | 'wrong'}
  /** Not looked at: the client has failed too often, or too many passwords are being checked. */
  | {readonly kind: 'too_many'; readonly waitMs: number};

/** Failed attempts of one client: ten at once, then one each six seconds. */
const attemptLimit = {intervalMs: 6000, burst: 10} as const;
const mostClients = 10_000;
const busyMs = 1000;

export interface LoginAttempt {
  readonly authorization: string | undefined;
  readonly client: Client;
  readonly socket: Socket;
}

/** Who has failed to log in how often. It may outlive a check, so that other settings don't let anyone begin anew. */
export const createLoginAttempts = (nowMs = (): number => performance.now()): TokenBuckets =>
  createTokenBuckets(attemptLimit, mostClients, nowMs);

/**
 * Builds the check of Authorization headers. A client that fails too often is not looked at for a while, whatever it
 * sends, save on a connection on which it was right with the same header: so a scraper goes on where someone at its own
 * address guesses.
 * @param nowMs a clock that only goes forward, in milliseconds.
 */
export const createLoginCheck = (
  {bearerTokens, users}: LoginSettings,
  attempts: TokenBuckets,
  nowMs: () => number,
): ((attempt: LoginAttempt) => Login | Promise<Login>) => {
  const isToken = createTokenCheck(bearerTokens, nowMs);
  const checkPassword = createPasswordCheck(users);
  const wereRight = new WeakMap<Socket, string>();

  const verify = (authorization: string): PasswordVerdict | Promise<PasswordVerdict> => {
    const token = bearerToken(authorization);
    if (token !== undefined) return isToken(token) ? 'right' : 'wrong';
    const user = basicUser(authorization);
    return user === undefined || users.size === 0 ? 'wrong' : checkPassword(user);
  };

  return ({authorization, client, socket}) => {
    if (authorization === undefined) return {kind: 'missing'};
    const key = clientKey(client);
    const fingerprint = hash('sha256', `${key} ${authorization}`);
    // Taken before the check, so that many at once are not all let through.
    const waitMs = wereRight.get(socket) === fingerprint ? 0 : attempts.take(key);
    if (waitMs > 0) return {kind: 'too_many', waitMs};
    const settle = (verdict: PasswordVerdict): Login => {
      switch (verdict) {
        case 'right':
          if (wereRight.get(socket) !== fingerprint) attempts.giveBack(key);
          wereRight.set(socket, fingerprint);
          return {kind: 'right'};
        case 'wrong':
          wereRight.delete(socket);
          return {kind: 'wrong'};
        case 'busy':
          attempts.giveBack(key);
          return {kind: 'too_many', waitMs: busyMs};
        default:
          return verdict satisfies never;
      }
    };
    const verdict = verify(authorization);
    return typeof verdict === 'string' ? settle(verdict) : verdict.then(settle);
  };
};

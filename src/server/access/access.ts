import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import type {Allowlist} from '../../addresses/allowlist.ts';
import type {Zone} from '../routes/route.ts';
import {type Client, isTrusted, type TrustedProxies} from './client.ts';
import {type FoundClient, findClient} from './client-address.ts';
import {createLoginAttempts, createLoginCheck, type Login, type LoginSettings} from './login.ts';
import {createTokenBuckets, type TokenBucketSettings} from './token-bucket.ts';

/** Why a request is refused, as the metrics tell it. */
export const refusals = [
  'address',
  'forwarding_header',
  'login_missing',
  'login_wrong',
  'too_many_failures',
  'rate_limit',
] as const;
export type Refusal = (typeof refusals)[number];

/** Whether a request may be served. */
export type Access =
  | {readonly kind: 'admitted'}
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly status: 401 | 403 | 429;
      /** One line that tells the client which setting is in its way. */
      readonly reason: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface ZoneList {
  readonly allowlist: Allowlist;
  /** The configuration's key for it. */
  readonly setting: string;
}

export interface AccessSettings {
  readonly zones: Readonly<Record<Zone, ZoneList>>;
  /** The proxies whose X-Forwarded-For and Forwarded are believed; undefined when there are none. */
  readonly trustedProxies: TrustedProxies | undefined;
  readonly login: LoginSettings;
  /** How many requests are answered at all; undefined for all. */
  readonly rateLimit: TokenBucketSettings | undefined;
}

/** What the other end of a connection is: a proxy that speaks for others, or one who may, or may not, ask for anything. */
export type Peer = 'proxy' | 'client' | 'stranger';

/** What of a request decides. `client` is the other end of its connection. */
export interface AccessRequest {
  readonly client: Client;
  readonly message: Pick<IncomingMessage, 'headersDistinct' | 'socket'>;
}

/** The check that every connection and every request passes before anything else is done with it. */
export interface AccessCheck {
  peer(client: Client): Peer;
  request(request: AccessRequest, zone: Zone): Access | Promise<Access>;
}

const admitted: Access = {kind: 'admitted'};

const refuse = (
  refusal: Refusal,
  status: 401 | 403 | 429,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Access => ({kind: 'refused', refusal, status, reason, headers});

const tryLater = (refusal: Refusal, reason: string, waitMs: number): Access =>
  refuse(refusal, 429, reason, {'retry-after': String(Math.ceil(waitMs / 1000))});

/** The challenges of RFC 7617, 2 and RFC 6750, 3. */
const challengeOf = ({bearerTokens, users}: LoginSettings): string => {
  const basic = users.size > 0 ? ['Basic realm="speedtest-bridge", charset="UTF-8"'] : [];
  const bearer = bearerTokens.length > 0 ? ['Bearer realm="speedtest-bridge"'] : [];
  return [...basic, ...bearer].join(', ');
};

/**
 * Builds the check from the settings. Where addresses, proxies and logins are set, all of them have to agree.
 * Who may open the Unix socket is on every list: its file's permissions decide that.
 * @param attempts the failed logins, where those of a check before this one count.
 * @param nowMs a clock that only goes forward, in milliseconds.
 */
export const createAccessCheck = (
  {zones, trustedProxies, login, rateLimit}: AccessSettings,
  attempts = createLoginAttempts(),
  nowMs = (): number => performance.now(),
): AccessCheck => {
  const isListed = (client: Client, zone: Zone): boolean =>
    client === 'unix' || zones[zone].allowlist.contains(client);

  const checkAddress = (client: Client, zone: Zone): Access =>
    isListed(client, zone)
      ? admitted
      : refuse('address', 403, `${client} is not among ${zones[zone].setting}`);

  // Without proxies the connection alone decides, so a kept-alive one is looked at once.
  const known = {metrics: new WeakMap<Socket, Access>(), page: new WeakMap<Socket, Access>()};
  const checkConnection = ({client, message: {socket}}: AccessRequest, zone: Zone): Access => {
    const before = known[zone].get(socket);
    if (before !== undefined) return before;
    const access = checkAddress(client, zone);
    known[zone].set(socket, access);
    return access;
  };

  /** The client for whom a request is made, by whoever is at the connection's other end. */
  const clientOf = ({client, message}: AccessRequest): FoundClient => {
    if (!isTrusted(trustedProxies, client)) return {kind: 'client', client};
    const {'x-forwarded-for': xForwardedFor = [], forwarded = []} = message.headersDistinct;
    return findClient(client, {xForwardedFor, forwarded}, trustedProxies);
  };

  const buckets = rateLimit && createTokenBuckets(rateLimit, 1, nowMs);
  const checkRate = (): Access => {
    const waitMs = buckets?.take('all') ?? 0;
    if (waitMs === 0) return admitted;
    return tryLater('rate_limit', 'too many requests (rate_limit)', waitMs);
  };

  const challenge = challengeOf(login);
  const checkLogin = createLoginCheck(login, attempts, nowMs);
  const toAccess = (outcome: Login): Access => {
    switch (outcome.kind) {
      case 'right':
        return admitted;
      case 'missing':
        return refuse('login_missing', 401, 'a login is needed', {'www-authenticate': challenge});
      case 'wrong':
        return refuse('login_wrong', 401, 'the login is wrong', {'www-authenticate': challenge});
      case 'too_many':
        return tryLater('too_many_failures', 'too many failed logins', outcome.waitMs);
      default:
        return outcome satisfies never;
    }
  };

  return {
    peer: (client) => {
      if (isTrusted(trustedProxies, client)) return 'proxy';
      return isListed(client, 'metrics') || isListed(client, 'page') ? 'client' : 'stranger';
    },
    request: (request, zone) => {
      const found = clientOf(request);
      if (found.kind === 'refused') {
        return refuse('forwarding_header', 403, `${found.reason} (web.trusted_proxies)`);
      }
      const {client} = found;
      const byAddress =
        client === request.client ? checkConnection(request, zone) : checkAddress(client, zone);
      if (byAddress.kind === 'refused') return byAddress;
      const byRate = checkRate();
      if (byRate.kind === 'refused' || challenge === '') return byRate;
      const {headersDistinct, socket} = request.message;
      const [authorization, another] = headersDistinct['authorization'] ?? [];
      // Which one of several counts is a thing on which two servers in a row may differ.
      if (another !== undefined) return toAccess({kind: 'wrong'});
      const outcome = checkLogin({authorization, client, socket});
      return outcome instanceof Promise ? outcome.then(toAccess) : toAccess(outcome);
    },
  };
};

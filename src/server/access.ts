import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import type {Allowlist} from '../addresses/allowlist.ts';
import {findClientAddress} from './client-address.ts';

/** Whether a request may be served. `reason` is one line that tells the client which setting is in its way. */
export type Access = {readonly kind: 'admitted'} | {readonly kind: 'refused'; readonly reason: string};

export interface AccessSettings {
  readonly allowlist: Allowlist;
  /** The proxies whose X-Forwarded-For is believed; undefined when there are none. */
  readonly trustedProxies: Allowlist | undefined;
}

/** Builds the check that every request passes before anything else is done with it. */
export const createAccessCheck = ({
  allowlist,
  trustedProxies,
}: AccessSettings): ((request: IncomingMessage) => Access) => {
  const check = ({socket, headersDistinct}: IncomingMessage): Access => {
    const forwardedFor = headersDistinct['x-forwarded-for'] ?? [];
    const client = findClientAddress(socket.remoteAddress, forwardedFor, trustedProxies);
    if (client.kind === 'refused') return {kind: 'refused', reason: `${client.reason} (web.trusted_proxies)`};
    if (allowlist.contains(client.address)) return {kind: 'admitted'};
    return {kind: 'refused', reason: `${client.address} is not among web.allowed_ips`};
  };
  if (trustedProxies !== undefined) return check;
  // Without proxies the socket alone decides, so a kept-alive connection is looked at once.
  const known = new WeakMap<Socket, Access>();
  return (request) => {
    const cached = known.get(request.socket);
    if (cached !== undefined) return cached;
    const access = check(request);
    known.set(request.socket, access);
    return access;
  };
};

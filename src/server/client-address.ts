import {type Address, parseAddress, parsePeerAddress} from '../addresses/address.ts';
import type {Allowlist} from '../addresses/allowlist.ts';

/** The address that decides whether a request is served, or why none can be told. */
export type ClientAddress =
  | {readonly kind: 'address'; readonly address: Address}
  | {readonly kind: 'refused'; readonly reason: string};

const longestQuote = 60;

const malformed = (proxy: Address, hop: string): ClientAddress => ({
  kind: 'refused',
  reason: `X-Forwarded-For from the trusted proxy ${proxy} holds ${JSON.stringify(hop.slice(0, longestQuote))}, not an IP address`,
});

/**
 * Finds the client behind a connection.
 * `remoteAddress` is the socket's; `forwardedFor` holds the values of the request's X-Forwarded-For lines in order.
 * They are believed only when they come from a trusted proxy. Each proxy appends the address that it was reached from,
 * so they are read from the right, up to the first address that is not a trusted proxy: everything to the left of it
 * is that client's own claim and is not looked at. A hop that is not a plain IP address refuses the request.
 * Where a trusted proxy names nobody, it is the client itself.
 */
export const findClientAddress = (
  remoteAddress: string | undefined,
  forwardedFor: readonly string[],
  trustedProxies: Allowlist | undefined,
): ClientAddress => {
  const peer = parsePeerAddress(remoteAddress);
  if (peer === undefined) return {kind: 'refused', reason: 'the connection has no IP address'};
  let address = peer;
  const hops = forwardedFor.flatMap((line) => line.split(',')).map((hop) => hop.trim());
  while (trustedProxies?.contains(address)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    const next = parseAddress(hop);
    if (next === undefined) return malformed(peer, hop);
    address = next;
  }
  return {kind: 'address', address};
};

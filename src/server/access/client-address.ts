import {type Address, parseAddress} from '../../addresses/address.ts';
import {type Client, isTrusted, type TrustedProxies} from './client.ts';
import {parseForwardedElement} from './forwarded.ts';

/** The client that decides whether a request is served, or why none can be told. */
export type FoundClient =
  | {readonly kind: 'client'; readonly client: Client}
  | {readonly kind: 'refused'; readonly reason: string};

/** The values of a request's lines of either header, in order. */
export interface ForwardingHeaders {
  readonly xForwardedFor: readonly string[];
  readonly forwarded: readonly string[];
}

const longestQuote = 60;

const headers = [
  {name: 'X-Forwarded-For', field: 'xForwardedFor', parse: parseAddress, expected: 'an IP address'},
  {
    name: 'Forwarded',
    field: 'forwarded',
    parse: parseForwardedElement,
    expected: 'an element with for=ADDRESS',
  },
] as const satisfies readonly {
  name: string;
  field: keyof ForwardingHeaders;
  parse: (hop: string) => Address | undefined;
  expected: string;
}[];

type Header = (typeof headers)[number];

/** Goes through one header's hops from the right. */
const follow = (
  peer: Client,
  {name, parse, expected}: Header,
  lines: readonly string[],
  proxies: TrustedProxies | undefined,
): FoundClient => {
  const hops = lines.flatMap((line) => line.split(',')).map((hop) => hop.trim());
  let client = peer;
  while (isTrusted(proxies, client)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    const next = parse(hop);
    if (next === undefined) {
      const quoted = JSON.stringify(hop.slice(0, longestQuote));
      return {
        kind: 'refused',
        reason: `${name} from the trusted proxy ${peer} holds ${quoted}, not ${expected}`,
      };
    }
    client = next;
  }
  return {kind: 'client', client};
};

/**
 * Finds the client behind a connection whose other end is `peer`.
 * The headers are believed only when they come from a trusted proxy. Each proxy appends the address that it was reached
 * from, so they are read from the right, up to the first address that is not a trusted proxy: everything to the left of
 * it is that client's own claim and is not looked at. A hop that can't be read refuses the request.
 * Where a trusted proxy names nobody, it is the client itself. A proxy writes one of the two headers and may let the
 * other through as its client wrote it: where both are there, they have to name the same client.
 */
export const findClient = (
  peer: Client,
  given: ForwardingHeaders,
  proxies: TrustedProxies | undefined,
): FoundClient => {
  if (!isTrusted(proxies, peer)) return {kind: 'client', client: peer};
  const found = headers
    .filter(({field}) => given[field].length > 0)
    .map((header) => follow(peer, header, given[header.field], proxies));
  const [first = {kind: 'client', client: peer}, second] = found;
  if (first.kind === 'refused' || second === undefined) return first;
  if (second.kind === 'refused') return second;
  if (first.client.toString() === second.client.toString()) return first;
  const reason = `X-Forwarded-For and Forwarded from the trusted proxy ${peer} name different clients, ${first.client} and ${second.client}`;
  return {kind: 'refused', reason};
};

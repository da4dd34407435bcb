import {isIP} from 'node:net';
import ipaddr from 'ipaddr.js';

/** An IP address. One that is IPv4-mapped (RFC 4291, 2.5.5.2) is always held as the IPv4 address that it stands for. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** `::192.0.2.1` as `::c000:201`: ipaddr.js takes the first, which is no mapped address, for `::ffff:192.0.2.1`. */
const inHexadecimal = (ipv6: string): string => new URL(`http://[${ipv6}]`).hostname.slice(1, -1);

/**
 * Reads an address: IPv4 as four decimal parts, IPv6 as RFC 4291, 2.2 has it, without a zone id.
 * Gives undefined for everything else.
 */
export const parseAddress = (text: string): Address | undefined => {
  // Node's check is strict where ipaddr.js guesses (octal, hexadecimal, missing parts), but lets zone ids pass.
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return ipaddr.process(version === 6 && text.includes('.') ? inHexadecimal(text) : text);
};

/** Reads the address of a socket's other end. A link-local one ends in the zone of this machine's interface: fe80::1%eth0. */
export const parsePeerAddress = (text: string | undefined): Address | undefined =>
  parseAddress(text?.replace(/%.*$/, '') ?? '');

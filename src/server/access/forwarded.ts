import {isIPv4, isIPv6} from 'node:net';
import {type Address, parseAddress} from '../../addresses/address.ts';

// RFC 9110, 5.6.2. No value that names a hop, host or scheme needs the delimiters that quotes could hide, nor an escape:
// a value with one is refused, so that a header may be cut at every comma, whatever a client has put before it.
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const pairShape = new RegExp(`^(?<name>${token})=(?:(?<plain>${token})|"(?<quoted>[^"\\\\,;=]*)")$`);

/** RFC 7239, 6: an address, in brackets when it is IPv6, with a port or an obfuscated one. */
const nodeShape = /^(?:(?<ipv4>[\d.]+)|\[(?<ipv6>[^\]]+)\])(?::(?:\d{1,5}|_[A-Za-z0-9._-]+))?$/;

const addressOf = (node: string): Address | undefined => {
  const {ipv4 = '', ipv6 = ''} = nodeShape.exec(node)?.groups ?? {};
  return isIPv4(ipv4) ? parseAddress(ipv4) : isIPv6(ipv6) ? parseAddress(ipv6) : undefined;
};

/**
 * Reads one element of a Forwarded header (RFC 7239, 4) and gives the address of its `for`.
 * Gives undefined when the element is malformed, names nobody, or hides who it was (`unknown`, `_hidden`).
 */
export const parseForwardedElement = (element: string): Address | undefined => {
  const values = new Map<string, string>();
  for (const part of element.split(';')) {
    const pair = part.trim();
    if (pair === '') continue;
    const {name, plain, quoted} = pairShape.exec(pair)?.groups ?? {};
    const key = name?.toLowerCase();
    if (key === undefined || values.has(key)) return undefined;
    values.set(key, plain ?? quoted ?? '');
  }
  const node = values.get('for');
  return node === undefined ? undefined : addressOf(node);
};

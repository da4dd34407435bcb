import {isIP} from 'node:net';
import {type Address, parseAddress} from './address.ts';

/** All addresses that share the first `prefixLength` bits of `base`. */
export interface Network {
  readonly base: Address;
  readonly prefixLength: number;
}

export type ParsedNetwork =
  | {readonly ok: true; readonly network: Network}
  /** One line that names the entry and says what to write instead. */
  | {readonly ok: false; readonly problem: string};

const hasSpace = 'holds a space: write it without';

/** What people write that a lenient parser would guess at, each with what to write instead. The first match speaks. */
const addressProblems: readonly (readonly [shape: RegExp, problem: string])[] = [
  [/^$/, 'is empty: write an address such as 192.0.2.7 or a network such as 192.0.2.0/24'],
  [/,/, 'holds several entries: write each as an entry of its own'],
  [/\s/, hasSpace],
  [/%/, 'has a zone id, which lists must not: leave out the % and what follows it'],
  [/^\//, 'has no address before the slash: write one such as 192.0.2.0/24'],
  [/^\*$/, 'is not an IP address: to admit everyone, write the two entries 0.0.0.0/0 and ::/0'],
  [/^\[/, 'has brackets: write the address without them, and without a port'],
  [/^[\da-fx.]*0x/i, 'is hexadecimal: write four decimal parts, such as 192.0.2.7'],
  [/^[\d.]*\b0\d/, 'has a part with a leading zero, which some tools read as octal: write it without'],
  [/^\d+(\.\d+){0,2}\.?(\/|$)/, 'is not a whole IPv4 address: write all four parts, such as 10.0.0.0/8'],
  [/^[^:/]*[g-z]/i, 'is not an IP address, and host names are not looked up: write the address'],
];
const anyOtherProblem = 'is not an IP address: write one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32';

const refuse = (entry: string, problem: string): ParsedNetwork => ({
  ok: false,
  problem: `${JSON.stringify(entry)} ${problem}`,
});

const prefixProblem = (prefix: string, longest: number): string | undefined => {
  if (prefix === '') return 'ends in its slash: write a prefix length, or no slash for one address';
  if (/\s/.test(prefix)) return hasSpace;
  if (isIP(prefix) !== 0) return `has a netmask: write the prefix length, a number from 0 to ${longest}`;
  if (/^0\d/.test(prefix)) return 'has a prefix length with a leading zero: write it without';
  if (/^\d+$/.test(prefix) && Number(prefix) <= longest) return undefined;
  return `has a prefix length that is not a whole number from 0 to ${longest}`;
};

/**
 * Reads one entry of an address list: an IPv4 or IPv6 address, or a network in CIDR notation (RFC 4632, 3.1;
 * RFC 4291, 2.3). IPv4-mapped ones count as the IPv4 that they stand for. Bits beyond the prefix may be set, as in
 * 10.0.0.1/8, and are ignored: there is only one network it can mean.
 */
export const parseNetwork = (entry: string): ParsedNetwork => {
  const [addressText = '', ...rest] = entry.split('/');
  const base = parseAddress(addressText);
  if (base === undefined) {
    return refuse(entry, addressProblems.find(([shape]) => shape.test(entry))?.[1] ?? anyOtherProblem);
  }
  const written = isIP(addressText) === 4 ? 32 : 128;
  // Mapped addresses are held as IPv4, without the 96 bits that all of them share.
  const dropped = base.kind() === 'ipv4' ? written - 32 : 0;
  const prefix = rest.length === 0 ? String(written) : rest.join('/');
  const problem = prefixProblem(prefix, written);
  if (problem !== undefined) return refuse(entry, problem);
  const prefixLength = Number(prefix) - dropped;
  if (prefixLength < 0) {
    return refuse(entry, 'is IPv4-mapped but wider than IPv4: write the IPv4 network, such as 10.0.0.0/8');
  }
  return {ok: true, network: {base, prefixLength}};
};

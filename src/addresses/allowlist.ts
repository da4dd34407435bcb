import type {Address} from './address.ts';
import {type Network, parseNetwork} from './network.ts';

/** A set of addresses, given as addresses and networks. */
export interface Allowlist {
  contains(address: Address): boolean;
}

export interface EntryProblem {
  /** The entry's place in the list; undefined when the list itself is wrong. */
  readonly index: number | undefined;
  /** One line that names the entry and says what to write instead. */
  readonly problem: string;
}

export type ParsedAllowlist =
  | {readonly ok: true; readonly allowlist: Allowlist}
  /** Every wrong entry, in order. */
  | {readonly ok: false; readonly problems: readonly EntryProblem[]};

/** Loopback, private (RFC 1918), unique local (RFC 4193) and link-local (RFC 3927; RFC 4291, 2.5.6) addresses. */
export const defaultAllowedIps: readonly string[] = [
  '127.0.0.0/8',
  '::1',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fe80::/10',
  'fc00::/7',
];

const createAllowlist = (networks: readonly Network[]): Allowlist => ({
  contains: (address) =>
    networks.some(
      ({base, prefixLength}) => base.kind() === address.kind() && address.match(base, prefixLength),
    ),
});

/** Reads a list of addresses and networks, strictly; an empty list is an error, as it would shut everyone out. */
export const parseAllowlist = (entries: readonly string[]): ParsedAllowlist => {
  if (entries.length === 0) {
    const problem = 'the list is empty: to admit everyone, write the two entries 0.0.0.0/0 and ::/0';
    return {ok: false, problems: [{index: undefined, problem}]};
  }
  const networks: Network[] = [];
  const problems: EntryProblem[] = [];
  entries.forEach((entry, index) => {
    const parsed = parseNetwork(entry);
    if (parsed.ok) networks.push(parsed.network);
    else problems.push({index, problem: parsed.problem});
  });
  return problems.length > 0 ? {ok: false, problems} : {ok: true, allowlist: createAllowlist(networks)};
};

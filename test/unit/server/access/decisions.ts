import {referenceAddress, referenceContains} from './reference.ts';

/** The other end of a connection: how it is made, and what it is. */
export interface PeerCase {
  readonly name: string;
  readonly server: 'IPv4' | 'IPv6' | 'both' | 'unix';
  readonly from: string;
}

const peers: readonly PeerCase[] = [
  {name: '127.0.0.1', server: 'IPv4', from: '127.0.0.1'},
  {name: '127.0.0.2', server: 'IPv4', from: '127.0.0.2'},
  {name: '::ffff:127.0.0.1', server: 'both', from: '127.0.0.1'},
  {name: '::ffff:127.0.0.2', server: 'both', from: '127.0.0.2'},
  {name: '::1', server: 'IPv6', from: '::1'},
  {name: 'unix socket', server: 'unix', from: 'unix'},
];

/** Lines of headers, and whom they name when they come from a trusted proxy; undefined for a refusal. */
interface HeaderCase {
  readonly lines: readonly (readonly [name: 'X-Forwarded-For' | 'Forwarded', value: string])[];
  readonly names: string | undefined;
}

const x = (...values: string[]) => values.map((value) => ['X-Forwarded-For', value] as const);
const f = (...values: string[]) => values.map((value) => ['Forwarded', value] as const);

const headers: readonly HeaderCase[] = [
  {lines: [], names: 'peer'},
  {lines: x('192.0.2.7'), names: '192.0.2.7'},
  {lines: x('2001:db8::7'), names: '2001:db8::7'},
  {lines: x('2001:DB8:0:0::7'), names: '2001:db8::7'},
  {lines: x('::ffff:192.0.2.7'), names: '192.0.2.7'},
  {lines: x('198.51.100.1, 192.0.2.7'), names: '192.0.2.7'},
  {lines: x('192.0.2.7, 198.51.100.1'), names: '198.51.100.1'},
  {lines: x('198.51.100.1', '192.0.2.7, 10.0.0.9'), names: '192.0.2.7'},
  {lines: x('192.0.2.7, ::ffff:10.0.0.9'), names: '192.0.2.7'},
  {lines: x('10.0.0.9'), names: '10.0.0.9'},
  {lines: x('junk, 192.0.2.7'), names: '192.0.2.7'},
  {lines: x('192.0.2.7, junk'), names: undefined},
  {lines: x('192.0.2.7,'), names: undefined},
  {lines: x(''), names: undefined},
  {lines: x('192.0.2.7:4711'), names: undefined},
  {lines: x('[2001:db8::7]'), names: undefined},
  {lines: x('fe80::7%eth0'), names: undefined},
  {lines: x('192.0.2'), names: undefined},
  {lines: x('unknown'), names: undefined},
  {lines: f('for=192.0.2.7'), names: '192.0.2.7'},
  {lines: f('For="192.0.2.7:4711";proto=https'), names: '192.0.2.7'},
  {lines: f('for="[2001:db8::7]"'), names: '2001:db8::7'},
  {lines: f('by=10.0.0.9; for="[2001:db8::7]:4711"'), names: '2001:db8::7'},
  {lines: f('for="[2001:db8::7]:_port"'), names: '2001:db8::7'},
  {lines: f('for="[::ffff:192.0.2.7]"'), names: '192.0.2.7'},
  {lines: f('for=198.51.100.1, for=192.0.2.7;by=10.0.0.9'), names: '192.0.2.7'},
  {lines: f('for=192.0.2.7', 'for="10.0.0.9:80"'), names: '192.0.2.7'},
  {lines: f('for="10.0.0.9, for=192.0.2.7'), names: '192.0.2.7'},
  {lines: f('for=_hidden'), names: undefined},
  {lines: f('for=unknown'), names: undefined},
  {lines: f('for="unknown:80"'), names: undefined},
  {lines: f('for=2001:db8::7'), names: undefined},
  {lines: f('for="2001:db8::7"'), names: undefined},
  {lines: f('for=[2001:db8::7]'), names: undefined},
  {lines: f('for="[192.0.2.7]"'), names: undefined},
  {lines: f('for="[fe80::7%eth0]"'), names: undefined},
  {lines: f('for="192.0.2.7'), names: undefined},
  {lines: f('for=192.0.2.7"'), names: undefined},
  {lines: f('for="192.0.2.7\\""'), names: undefined},
  {lines: f('for=192.0.2.7;for=192.0.2.7'), names: undefined},
  {lines: f('for=192.0.2.7;host="a,for=10.0.0.9"'), names: undefined},
  {lines: f('for = 192.0.2.7'), names: undefined},
  {lines: f('for='), names: undefined},
  {lines: f('proto=https'), names: undefined},
  {lines: f('192.0.2.7'), names: undefined},
  {lines: f(''), names: undefined},
  {lines: [...x('192.0.2.7'), ...f('for=192.0.2.7')], names: '192.0.2.7'},
  {lines: [...x('2001:db8::7'), ...f('for="[2001:db8:0::7]:80"')], names: '2001:db8::7'},
  {lines: [...x('192.0.2.7'), ...f('for=198.51.100.1')], names: undefined},
  {lines: [...x('192.0.2.7'), ...f('for=_hidden')], names: undefined},
  {lines: [...x('junk'), ...f('for=192.0.2.7')], names: undefined},
];

const lists: readonly (readonly string[])[] = [
  ['127.0.0.1'],
  ['127.0.0.0/8'],
  ['127.0.0.3/31'],
  ['::ffff:127.0.0.1'],
  ['::ffff:127.0.0.0/126'],
  ['0.0.0.0/0'],
  ['::1'],
  ['::/0'],
  ['::/1', '128.0.0.0/1'],
  ['192.0.2.7', '2001:db8::7'],
];
const clientsAlone = ['192.0.2.0/24', '2001:db8::/32'];
const peersAlone = ['127.0.0.0/8', '::1'];

/** One row of the table. */
export interface Decision {
  readonly peer: PeerCase;
  readonly lines: HeaderCase['lines'];
  /** Beside 10.0.0.0/8, which no connection comes from. */
  readonly isPeerTrusted: boolean;
  readonly list: readonly string[];
  readonly status: 200 | 403;
  /** The row as the table has it. */
  readonly row: string;
}

const decide = (
  peer: PeerCase,
  header: HeaderCase,
  isPeerTrusted: boolean,
  list: readonly string[],
): Decision => {
  const named = isPeerTrusted ? header.names : 'peer';
  const client = named === 'peer' ? peer.from : named;
  const isAdmitted =
    client === 'unix' ||
    (client !== undefined && list.some((entry) => referenceContains(entry, referenceAddress(client))));
  const shown = header.lines.map(([name, value]) => `${name}: ${value}`).join(' \\ ');
  const cells = [
    peer.name.padEnd(16),
    (isPeerTrusted ? 'trusted' : 'not trusted').padEnd(11),
    shown.padEnd(68),
    list.join(' ').padEnd(26),
    isAdmitted ? '200' : '403',
    client ?? 'nobody can be told',
  ];
  return {
    peer,
    lines: header.lines,
    isPeerTrusted,
    list,
    status: isAdmitted ? 200 : 403,
    row: cells.join(' | '),
  };
};

/** Every peer with every list; and every peer, trusted or not, with every header and two lists. */
export const decisions: readonly Decision[] = peers.flatMap((peer) => [
  ...lists.map((list) => decide(peer, {lines: [], names: 'peer'}, false, list)),
  ...[true, false].flatMap((isPeerTrusted) =>
    headers.flatMap((header) =>
      [clientsAlone, peersAlone].map((list) => decide(peer, header, isPeerTrusted, list)),
    ),
  ),
]);

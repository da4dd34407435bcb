import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type TrustedProxies, tcpClient} from '../../../../src/server/access/client.ts';
import {findClient} from '../../../../src/server/access/client-address.ts';
import {writtenAddress} from '../../addresses/address-texts.ts';
import {proxiesOf} from '../running.ts';

const proxies = proxiesOf('10.0.0.0/8', 'fe80::/10');
const find = (
  remoteAddress: string,
  xForwardedFor: readonly string[] = [],
  trusted: TrustedProxies | undefined = proxies,
  forwarded: readonly string[] = [],
): string => {
  const peer = tcpClient(remoteAddress);
  if (peer === undefined) return 'no address';
  const found = findClient(peer, {xForwardedFor, forwarded}, trusted);
  return found.kind === 'client' ? found.client.toString() : found.reason;
};

describe('the socket decides', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::1', '::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%25', 'fe80::1'],
  ])('%s is %s', (remoteAddress, expected) => {
    expect(find(remoteAddress)).toBe(expected);
  });

  test('a header from an untrusted peer is not believed, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            writtenAddress.map(({text}) => text),
          ),
        ),
        (lines) => {
          expect(find('192.0.2.7', lines)).toBe('192.0.2.7');
          expect(find('192.0.2.7', [], proxies, lines)).toBe('192.0.2.7');
        },
      ),
    );
  });

  test.each([undefined, ''])('a connection without an address (%j) has no client', (remoteAddress) => {
    expect(tcpClient(remoteAddress)).toBeUndefined();
  });
});

describe('behind trusted proxies', () => {
  test.each([
    ['no header: the proxy itself', [], '10.0.0.2'],
    ['one hop', ['192.0.2.7'], '192.0.2.7'],
    ['blanks around it', [' \t192.0.2.7 \t'], '192.0.2.7'],
    ['the last untrusted hop, not the first', ['198.51.100.1, 192.0.2.7'], '192.0.2.7'],
    ['over further trusted proxies', ['192.0.2.7, 10.0.0.9, 10.0.0.8'], '192.0.2.7'],
    ['all hops trusted: the first', ['10.0.0.9, 10.0.0.8'], '10.0.0.9'],
    ['a spoofed trusted address left of the client', ['10.0.0.9, 192.0.2.7'], '192.0.2.7'],
    ["junk left of the client is the client's own", ['junk, , 1.2.3.4:5, 192.0.2.7'], '192.0.2.7'],
    ['several lines, in order', ['198.51.100.1', '192.0.2.7, 10.0.0.9', '10.0.0.8'], '192.0.2.7'],
    ['a mapped hop is IPv4', ['::ffff:192.0.2.7'], '192.0.2.7'],
    ['a mapped proxy is trusted as IPv4', ['192.0.2.7, ::ffff:10.0.0.8'], '192.0.2.7'],
    ['IPv6', ['2001:DB8::7'], '2001:db8::7'],
  ])('%s', (_case, lines, expected) => {
    expect(find('10.0.0.2', lines)).toBe(expected);
  });

  test('the proxy itself may be mapped, or link-local with a zone', () => {
    expect(find('::ffff:10.0.0.2', ['192.0.2.7'])).toBe('192.0.2.7');
    expect(find('fe80::1%eth0', ['192.0.2.7'])).toBe('192.0.2.7');
  });

  test.each([
    ['', ''],
    [' ', ''],
    ['192.0.2.7,', ''],
    ['192.0.2.7, ,10.0.0.8', ''],
    ['192.0.2.7:4711', '192.0.2.7:4711'],
    ['[2001:db8::7]', '[2001:db8::7]'],
    ['[2001:db8::7]:4711', '[2001:db8::7]:4711'],
    ['"192.0.2.7"', '"192.0.2.7"'],
    ['for=192.0.2.7', 'for=192.0.2.7'],
    ['unknown', 'unknown'],
    ['_hidden', '_hidden'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['192.0.2', '192.0.2'],
    ['192.0.2.07', '192.0.2.07'],
    ['0xc0000207', '0xc0000207'],
    ['192.0.2.7/32', '192.0.2.7/32'],
    ['192.0.2.7 192.0.2.8', '192.0.2.7 192.0.2.8'],
    ['junk, 10.0.0.8', 'junk'],
    ['x'.repeat(1000), 'x'.repeat(60)],
  ])('refuses %j', (line, hop) => {
    expect(find('10.0.0.2', [line])).toBe(
      `X-Forwarded-For from the trusted proxy 10.0.0.2 holds ${JSON.stringify(hop)}, not an IP address`,
    );
  });

  test('what an untrusted client claims never changes the outcome', () => {
    const untrusted = writtenAddress.filter(({bits, number}) =>
      bits === 32 ? number >> 24n !== 10n : number >> 118n !== 0x3fan,
    );
    fc.assert(
      fc.property(fc.array(fc.string()), untrusted, fc.nat(3), (claims, client, depth) => {
        const ownHops = Array.from({length: depth}, (_, i) => `10.0.0.${i + 3}`);
        const lines = [...claims, [client.text, ...ownHops].join(', ')];
        expect(find('10.0.0.2', lines)).toBe(find(client.text));
      }),
    );
  });
});

import {describe, expect, test} from 'vitest';
import {parseNetwork} from '../../../src/addresses/network.ts';

describe('parseNetwork accepts', () => {
  test.each([
    ['10.0.0.7', '10.0.0.7', 32],
    ['10.0.0.0/8', '10.0.0.0', 8],
    ['0.0.0.0/0', '0.0.0.0', 0],
    ['10.0.0.7/32', '10.0.0.7', 32],
    ['::1', '::1', 128],
    ['::/0', '::', 0],
    ['fe80::/10', 'fe80::', 10],
    ['2001:DB8::/32', '2001:db8::', 32],
    ['::ffff:10.0.0.7', '10.0.0.7', 32],
    ['::ffff:10.0.0.0/104', '10.0.0.0', 8],
    ['::ffff:0:0/96', '0.0.0.0', 0],
    // Bits beyond the prefix are ignored when addresses are compared.
    ['10.0.0.1/8', '10.0.0.1', 8],
  ])('%s', (entry, base, prefixLength) => {
    const parsed = parseNetwork(entry);
    expect(parsed.ok && [parsed.network.base.toString(), parsed.network.prefixLength]).toEqual([
      base,
      prefixLength,
    ]);
  });
});

describe('parseNetwork refuses what it would have to guess at', () => {
  const wholeAddress = 'is not a whole IPv4 address: write all four parts, such as 10.0.0.0/8';
  const space = 'holds a space: write it without';
  const hexadecimal = 'is hexadecimal: write four decimal parts, such as 192.0.2.7';
  const leadingZero = 'has a part with a leading zero, which some tools read as octal: write it without';
  const emptyPrefix = 'ends in its slash: write a prefix length, or no slash for one address';
  const prefixZero = 'has a prefix length with a leading zero: write it without';
  const noAddress = 'has no address before the slash: write one such as 192.0.2.0/24';
  const hostName = 'is not an IP address, and host names are not looked up: write the address';
  const zone = 'has a zone id, which lists must not: leave out the % and what follows it';
  const brackets = 'has brackets: write the address without them, and without a port';
  const other = 'is not an IP address: write one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32';
  const badPrefix = (longest: number): string =>
    `has a prefix length that is not a whole number from 0 to ${longest}`;
  const beyondIpv4 = 'is IPv4-mapped but wider than IPv4: write the IPv4 network, such as 10.0.0.0/8';

  test.each([
    ['', 'is empty: write an address such as 192.0.2.7 or a network such as 192.0.2.0/24'],
    [' ', space],
    [' 10.0.0.1', space],
    ['10.0.0.1 ', space],
    ['10.0.0.0 /8', space],
    ['10.0.0.0/ 8', space],
    ['10.0.0.0/8\n', space],
    ['10. 0.0.1', space],
    ['10.0.0.1 10.0.0.2', space],
    ['10.0.0.1,10.0.0.2', 'holds several entries: write each as an entry of its own'],
    ['10/8', wholeAddress],
    ['10', wholeAddress],
    ['0', wholeAddress],
    ['10.', wholeAddress],
    ['1.2.3', wholeAddress],
    ['1.2.3/24', wholeAddress],
    ['192.168/16', wholeAddress],
    ['2130706433', wholeAddress],
    ['10.0.0.0/', emptyPrefix],
    ['::/', emptyPrefix],
    ['/', noAddress],
    ['/8', noAddress],
    ['/08', noAddress],
    ['10.0.0.0/08', prefixZero],
    ['10.0.0.0/00', prefixZero],
    ['::/064', prefixZero],
    ['10.0.0.0/33', badPrefix(32)],
    ['::/129', badPrefix(128)],
    ['10.0.0.0/-1', badPrefix(32)],
    ['10.0.0.0/+8', badPrefix(32)],
    ['10.0.0.0/8.0', badPrefix(32)],
    ['10.0.0.0/1e1', badPrefix(32)],
    ['10.0.0.0/0x8', badPrefix(32)],
    ['10.0.0.0/8/8', badPrefix(32)],
    ['10.0.0.0/٨', badPrefix(32)],
    ['10.0.0.0/99999999999999999999', badPrefix(32)],
    ['10.0.0.0/255.0.0.0', 'has a netmask: write the prefix length, a number from 0 to 32'],
    ['::ffff:10.0.0.0/8', beyondIpv4],
    ['::ffff:0:0/95', beyondIpv4],
    ['010.0.0.1', leadingZero],
    ['10.0.0.01', leadingZero],
    ['010.0.0.0/8', leadingZero],
    ['00.0.0.0/0', leadingZero],
    ['0xA.0.0.0', hexadecimal],
    ['10.0x0.0.0/8', hexadecimal],
    ['0x7f000001', hexadecimal],
    ['0X7F000001', hexadecimal],
    ['256.0.0.1', other],
    ['1.2.3.4.5', other],
    ['10.0.0.1-10.0.0.9', other],
    ['10.0.0.1:80', other],
    ['12345::', other],
    ['1::2::3', other],
    ['::ffff:1.2.3', other],
    ['fe80::1%eth0', zone],
    ['fe80::1%eth0/10', zone],
    ['[::1]', brackets],
    ['[::1]:80', brackets],
    ['*', 'is not an IP address: to admit everyone, write the two entries 0.0.0.0/0 and ::/0'],
    ['localhost', hostName],
    ['prometheus.example/8', hostName],
    ['all', hostName],
  ])('%j', (entry, problem) => {
    expect(parseNetwork(entry)).toEqual({ok: false, problem: `${JSON.stringify(entry)} ${problem}`});
  });
});

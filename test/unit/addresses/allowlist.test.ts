import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseAddress} from '../../../src/addresses/address.ts';
import {defaultAllowedIps, parseAllowlist} from '../../../src/addresses/allowlist.ts';
import {type WrittenAddress, writtenAddress} from './address-texts.ts';

const contains = (entries: readonly string[], text: string): boolean => {
  const parsed = parseAllowlist(entries);
  const address = parseAddress(text);
  if (!parsed.ok || address === undefined) throw new Error(`unreadable: ${entries} or ${text}`);
  return parsed.allowlist.contains(address);
};

describe('contains', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.1/8', '10.9.9.9', true],
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '::ffff:a01:203', true],
    ['0.0.0.0/0', '::1', false],
    ['0.0.0.0/0', '::ffff:1.2.3.4', true],
    ['::/0', '2001:db8::1', true],
    // All of IPv6 is not all of IPv4, mapped or not.
    ['::/0', '1.2.3.4', false],
    ['::/0', '::ffff:1.2.3.4', false],
    // IPv4-compatible addresses (RFC 4291, 2.5.5.1) are IPv6.
    ['10.0.0.0/8', '::10.1.2.3', false],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
  ])('%s, %s: %s', (entry, address, expected) => {
    expect(contains([entry], address)).toBe(expected);
  });

  test('any entry admits', () => {
    expect(contains(['10.0.0.0/8', '::1'], '::1')).toBe(true);
    expect(contains(['10.0.0.0/8', '::1'], '::2')).toBe(false);
  });

  describe('agrees with arithmetic on the addresses as numbers', () => {
    const entry = writtenAddress.chain((base) =>
      fc.integer({min: 0, max: base.bits}).map((prefixLength) => ({
        base,
        prefixLength,
        text: `${base.text}/${prefixLength + base.writtenBits - base.bits}`,
      })),
    );
    const shares = (a: WrittenAddress, b: WrittenAddress, prefixLength: number): boolean => {
      const shift = BigInt(a.bits - prefixLength);
      return a.bits === b.bits && a.number >> shift === b.number >> shift;
    };

    test('for any list and any address', () => {
      fc.assert(
        fc.property(fc.array(entry, {minLength: 1, maxLength: 5}), writtenAddress, (entries, address) => {
          const expected = entries.some(({base, prefixLength}) => shares(base, address, prefixLength));
          expect(
            contains(
              entries.map(({text}) => text),
              address.text,
            ),
          ).toBe(expected);
        }),
        {numRuns: 1000},
      );
    });

    test('for addresses that differ from the entry in one bit', () => {
      fc.assert(
        fc.property(entry, fc.nat(127), ({base, prefixLength, text}, bit) => {
          const number = base.number ^ (1n << BigInt(bit % base.bits));
          // A flipped bit can make an IPv6 address a mapped one.
          fc.pre(base.bits === 32 || number >> 32n !== 0xffffn);
          const groups = base.bits / 16;
          const digits = number.toString(16).padStart(groups * 4, '0');
          const neighbour = `${base.bits === 32 ? '::ffff:' : ''}${digits.match(/.{4}/g)?.join(':')}`;
          expect(contains([text], neighbour)).toBe(bit % base.bits < base.bits - prefixLength);
        }),
        {numRuns: 1000},
      );
    });
  });
});

describe('parseAllowlist', () => {
  test('tells every wrong entry with its place', () => {
    const parsed = parseAllowlist(['10.0.0.0/8', '10/8', '::1', 'localhost']);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      {index: 1, problem: expect.stringMatching(/^"10\/8" /)},
      {index: 3, problem: expect.stringMatching(/^"localhost" /)},
    ]);
  });

  test('refuses an empty list', () => {
    expect(parseAllowlist([])).toEqual({
      ok: false,
      problems: [
        {
          index: undefined,
          problem: 'the list is empty: to admit everyone, write the two entries 0.0.0.0/0 and ::/0',
        },
      ],
    });
  });
});

describe('the default list', () => {
  test.each([
    '127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    'fe80::1',
    'fd12::1',
  ])('admits %s', (address) => {
    expect(contains(defaultAllowedIps, address)).toBe(true);
  });

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '100.64.0.1',
    '2001:db8::1',
    'fe00::1',
    '::2',
    '0.0.0.0',
    '::',
  ])('refuses %s', (address) => {
    expect(contains(defaultAllowedIps, address)).toBe(false);
  });
});

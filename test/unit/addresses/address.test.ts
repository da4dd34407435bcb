import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parseAddress} from '../../../src/addresses/address.ts';
import {writtenAddress} from './address-texts.ts';

const numberOf = (bytes: readonly number[]): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

describe('parseAddress', () => {
  test('reads every way to write an address, and holds a mapped one as IPv4', () => {
    fc.assert(
      fc.property(writtenAddress, ({bits, number, text}) => {
        const bytes = parseAddress(text)?.toByteArray() ?? [];
        expect([bytes.length * 8, numberOf(bytes)]).toEqual([bits, number]);
      }),
      {numRuns: 2000},
    );
  });

  test('never throws', () => {
    const addressLike = fc.string({unit: fc.constantFrom(...'0123456789abcdefxX.:%/[] '), maxLength: 45});
    fc.assert(
      fc.property(fc.oneof(addressLike, fc.string()), (text) => {
        parseAddress(text);
      }),
      {numRuns: 5000},
    );
  });

  test.each([
    '',
    '1.2.3',
    '1',
    '0x7f000001',
    '0x7f.0.0.1',
    '010.0.0.1',
    '10.0.0.01',
    '256.0.0.1',
    '1.2.3.4.5',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '1.2.3.4:80',
    '[::1]',
    '[::1]:80',
    '::1%lo',
    'fe80::1%1',
    ':::',
    '1::2::3',
    '12345::',
    '::ffff:010.0.0.1',
    '::ffff:1.2.3',
    '1:2:3:4:5:6:7:8:9',
    'localhost',
    'unknown',
    '_hidden',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

import fc from 'fast-check';
import {expect, it} from 'vitest';
import {datagramBytes, decodeDatagram, encodeDatagram} from '../../../src/reflector/echo-protocol.ts';

const session = fc
  .uint8Array({minLength: 16, maxLength: 16})
  .map((bytes) => Buffer.from(bytes).toString('hex'));

it('writes what it reads', () => {
  fc.assert(
    fc.property(session, fc.nat({max: 2 ** 32 - 1}), (id, sequence) => {
      const datagram = encodeDatagram(id, sequence);
      expect(datagram.length).toBe(datagramBytes);
      expect(decodeDatagram(datagram)).toEqual({session: id, sequence});
    }),
  );
});

it('has the bytes that it says', () => {
  expect(encodeDatagram('000102030405060708090a0b0c0d0e0f', 0x10111213).toString('hex')).toBe(
    '000102030405060708090a0b0c0d0e0f10111213',
  );
});

it('takes nothing of another length', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 100}), (bytes) => {
      expect(decodeDatagram(Buffer.from(bytes)) === undefined).toBe(bytes.length !== datagramBytes);
    }),
  );
});

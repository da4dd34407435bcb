import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createByteWriter} from '../../src/byte-writer.ts';

/** The bytes of a varint, by its definition. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

it('writes numbers, texts and messages one behind the other, however much it has to grow', () => {
  const text = fc.oneof(
    fc.string({unit: 'binary', maxLength: 300}),
    fc.string({unit: 'grapheme', maxLength: 80}),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({max: 2 ** 31 - 1}), text)), (pairs) => {
      const writer = createByteWriter(1);
      const inner = createByteWriter(1);
      const expected: number[] = [];
      for (const [number, string] of pairs) {
        inner.clear();
        inner.varint(number);
        inner.text(string);
        writer.byte(7);
        writer.message(inner);
        const bytes = Buffer.from(string.toWellFormed());
        const message = [...varint(number), ...varint(bytes.length), ...bytes];
        expected.push(7, ...varint(message.length), ...message);
      }
      expect([...writer.written()]).toEqual(expected);
      expect(writer.length()).toBe(expected.length);
    }),
  );
});

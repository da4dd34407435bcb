import fc from 'fast-check';
import {expect, test} from 'vitest';
import {byLabelName} from '../../../src/metrics/label-order.ts';

test("labels are in the order of their names' bytes in UTF-8", () => {
  const name = fc.string({unit: fc.constantFrom('a', 'b', '\uffee', '😀', '\u{10ffff}'), maxLength: 4});
  fc.assert(
    fc.property(name, name, (one, other) => {
      const bytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
      expect(Math.sign(byLabelName([one, 'x'], [other, 'y']))).toBe(bytes);
    }),
  );
});

import {expect, test} from 'vitest';
import {remember} from '../../../src/server/remember.ts';

test('reads the same value once, and goes on answering rightly whatever comes', () => {
  let reads = 0;
  const lengthOf = remember((header) => {
    reads += 1;
    return header?.length ?? 0;
  });
  for (let round = 0; round < 3; round += 1) {
    expect(lengthOf('text/plain')).toBe(10);
    expect(lengthOf(undefined)).toBe(0);
  }
  expect(reads).toBe(2);
  for (let length = 1; length <= 1000; length += 1) expect(lengthOf('x'.repeat(length))).toBe(length);
  expect(lengthOf('text/plain')).toBe(10);
});

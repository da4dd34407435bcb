import {expect, test} from 'vitest';
import {createTokenBuckets} from '../../../../src/server/access/token-bucket.ts';

test('lets a burst through, then one each interval', () => {
  let nowMs = 0;
  const buckets = createTokenBuckets({intervalMs: 1000, burst: 3}, 10, () => nowMs);
  expect([1, 2, 3].map(() => buckets.take('a'))).toEqual([0, 0, 0]);
  expect(buckets.take('a')).toBe(1000);
  expect(buckets.take('b')).toBe(0);
  nowMs = 250;
  expect(buckets.take('a')).toBe(750);
  nowMs = 1000;
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('a')).toBe(1000);
  buckets.giveBack('a');
  expect(buckets.take('a')).toBe(0);
  nowMs = 1e9;
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([0, 0, 0, 1000]);
});

test('forgets the key that was used least recently when there are too many', () => {
  const buckets = createTokenBuckets({intervalMs: 1000, burst: 1}, 2, () => 0);
  expect(['a', 'b'].map((key) => buckets.take(key))).toEqual([0, 0]);
  expect(buckets.take('a')).toBe(1000);
  expect(buckets.take('c')).toBe(0);
  expect(buckets.take('a')).toBe(0);
  expect(buckets.take('c')).toBe(1000);
});

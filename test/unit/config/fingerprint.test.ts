import {expect, test} from 'vitest';
import {fingerprintOf} from '../../../src/config/fingerprint.ts';

test('is the same whatever the order of keys, at any depth', () => {
  const one = fingerprintOf({a: 1, b: [{c: 'x', d: null}]});
  expect(fingerprintOf({b: [{d: null, c: 'x'}], a: 1})).toBe(one);
});

test.each([
  [{a: '1'}],
  [{a: 1, b: undefined, c: 0}],
  [{}],
  [[1]],
  [undefined],
  [null],
  [{a: [1, 2]}],
  [{a: [2, 1]}],
])('differs from that of {a: 1} for %j', (given) =>
  expect(fingerprintOf(given)).not.toBe(fingerprintOf({a: 1})),
);

test('holds no secret', () => {
  expect(fingerprintOf({password: 'hunter2'})).not.toContain('hunter2');
});

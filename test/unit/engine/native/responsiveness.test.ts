import fc from 'fast-check';
import {expect, it} from 'vitest';
import {responsivenessRpm} from '../../../../src/engine/native/responsiveness.ts';

it.each([
  [[10], 6000],
  [[20, 40], 60_000 / ((20 + 0.9 * 40) / 1.9)],
  [[...new Array<number>(19).fill(50), 3000], 1200],
])('of the round trips %j ms is %d round trips per minute', (roundTripsMs, rpm) => {
  expect(responsivenessRpm(roundTripsMs)).toBeCloseTo(rpm, 9);
});

it('is not there without a round trip', () => {
  expect(responsivenessRpm([])).toBeUndefined();
});

it('is what round trips of one length would give, in any number', () => {
  fc.assert(
    fc.property(
      fc.double({min: 0.01, max: 1e5, noNaN: true}),
      fc.integer({min: 1, max: 200}),
      (ms, count) => {
        expect(responsivenessRpm(new Array<number>(count).fill(ms))).toBeCloseTo(60_000 / ms, 6);
      },
    ),
  );
});

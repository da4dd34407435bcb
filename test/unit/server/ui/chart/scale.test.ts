import fc from 'fast-check';
import {expect, test} from 'vitest';
import {axisTop, timeLabels} from '../../../../../src/server/ui/chart/scale.ts';

const hourS = 3600;
const dayS = 24 * hourS;
const newYear = Date.UTC(2026, 0, 1) / 1000;

test.each([
  [0, 1, 1],
  [0.3, 1, 1],
  [941e6, 1e6, 1.2e9],
  [52, 1, 60],
  [9.5, 1, 12],
])('an axis for %d reaches at least to %d, and to %d', (highest, atLeast, top) => {
  expect(axisTop(highest, atLeast)).toBeCloseTo(top, 6);
});

test('what is drawn always fits, and takes at least a third of the height', () => {
  fc.assert(
    fc.property(fc.double({min: 1, max: 1e12, noNaN: true}), (highest) => {
      const top = axisTop(highest, 0.1);
      expect(top).toBeGreaterThan(highest);
      expect(top).toBeLessThan(3 * highest);
    }),
  );
});

test("times are those of the viewer's zone, and days begin with their date", () => {
  const times = [0, 6, 12].map((hour) => newYear + (hour - 1) * hourS);
  expect(timeLabels(times, 6 * hourS, {locale: 'en-GB', timeZone: 'Europe/Berlin'})).toEqual([
    '1 Jan',
    '06:00',
    '12:00',
  ]);
  expect(timeLabels([newYear], dayS, {locale: 'en-GB', timeZone: 'America/New_York'})).toEqual(['31 Dec']);
  expect(timeLabels([newYear], 30 * dayS, {locale: 'en-GB', timeZone: 'UTC'})).toEqual(['Jan 2026']);
});

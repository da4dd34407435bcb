import fc from 'fast-check';
import {uncompress} from 'snappyjs';
import {expect, test} from 'vitest';
import type {Protocol} from '../../../src/remote-write/protocol.ts';
import {compressPattern, varying} from '../../../src/remote-write/snappy-pattern.ts';
import {createTemplate, takesTime} from '../../../src/remote-write/template.ts';
import {v1} from '../../../src/remote-write/v1.ts';
import {v2} from '../../../src/remote-write/v2.ts';
import {anySeries, anyValue} from './any-series.ts';

const anyTime = fc.integer({min: 2 ** 35, max: 2 ** 42 - 1});

test.each([v1, v2])('$message: a filled template is the request with these samples', (protocol: Protocol) => {
  fc.assert(
    fc.property(
      anySeries,
      fc.array(fc.oneof(anyValue, fc.constant('stale' as const)), {minLength: 5, maxLength: 5}),
      fc.array(anyTime, {minLength: 2, maxLength: 2}),
      fc.boolean(),
      (all, values, times, created) => {
        const series = all.map((each, index) => ({
          ...each,
          ...(created && {createdMs: index * 1000}),
        }));
        // The series have the values from the last to the first.
        const template = createTemplate(
          protocol,
          series.map((each, index) => ({series: each, index: 4 - index})),
        );
        const column = Float64Array.from(values, (value) => (value === 'stale' ? 0 : value));
        const bits = new BigUint64Array(column.buffer);
        for (const [index, value] of values.entries())
          if (value === 'stale') bits[index] = 0x7ff0_0000_0000_0002n;
        for (const timeMs of times) {
          const {body, samples} = template.fill(column, timeMs);
          expect(samples).toBe(series.length);
          const expected = protocol.encode(
            series.map((each, index) => ({
              ...each,
              values: [values[4 - index] ?? 0],
              timestampsMs: [timeMs],
            })),
          ).bytes;
          expect(Buffer.from(uncompress(body)).equals(expected)).toBe(true);
        }
      },
    ),
  );
});

test('takes the times that have as many bytes as it has for them', () => {
  expect([2 ** 35 - 1, 2 ** 35, 2 ** 42 - 1, 2 ** 42, -1, Number.NaN].map(takesTime)).toEqual([
    false,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a pattern decompresses to itself, whatever is put in its varying places', () => {
  // Few different numbers, so that most of it repeats.
  const number = fc.oneof(
    fc.integer({min: 0, max: 3}),
    fc.integer({min: varying.shared, max: varying.shared + 1}),
    fc.constant(varying.ownFirst),
  );
  const repeated = fc
    .tuple(fc.array(number, {maxLength: 200}), fc.integer({min: 1, max: 700}))
    .map(([numbers, times]) => Array.from({length: times}, () => numbers).flat());
  fc.assert(
    fc.property(repeated, fc.array(number, {maxLength: 300}), (start, end) => {
      const pattern = Uint16Array.from([...start, ...end]);
      const {bytes, ownAt, sharedAt} = compressPattern(pattern);
      for (const [place, at] of ownAt.entries()) bytes[at] = 100 + (place % 100);
      for (let place = 0; place < sharedAt.length; place += 2)
        bytes[sharedAt[place] ?? 0] = 50 + (sharedAt[place + 1] ?? 0);
      let own = 0;
      const expected = Uint8Array.from(pattern, (each) => {
        if (each < varying.shared) return each;
        if (each < varying.ownFirst) return 50 + each - varying.shared;
        own += 1;
        return 100 + ((own - 1) % 100);
      });
      expect(Buffer.from(uncompress(bytes)).equals(expected)).toBe(true);
    }),
    {numRuns: 50},
  );
});

test('what repeats takes three bytes for each 64', () => {
  const {bytes} = compressPattern(Uint16Array.from({length: 64_000}, (_, index) => index % 100));
  expect(bytes.length).toBeLessThan(64_000 * (3 / 64) + 120);
});

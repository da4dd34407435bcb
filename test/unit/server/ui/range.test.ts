import fc from 'fast-check';
import {expect, test} from 'vitest';
import {boundsOf, formatView, parseView, type Range, spans} from '../../../../src/server/ui/range.ts';

const anyRange: fc.Arbitrary<Range> = fc.oneof(
  fc.constantFrom(...spans).map((span): Range => ({kind: 'last', span})),
  fc
    .tuple(fc.integer({min: 1, max: 4e9}), fc.integer({min: 1, max: 4e9}))
    .filter(([a, b]) => a !== b)
    .map(([a, b]): Range => ({kind: 'between', fromMs: Math.min(a, b) * 1000, toMs: Math.max(a, b) * 1000})),
);

test('a view comes back from the hash that says it', () => {
  fc.assert(
    fc.property(anyRange, fc.option(fc.string(), {nil: undefined}), (range, job) => {
      const view = {range, ...(job !== undefined && {job})};
      expect(parseView(formatView(view))).toEqual(view);
    }),
  );
});

test.each(['', '#', '#range=decade', '#from=yesterday&to=today', '#from=2026-02-01&to=2026-01-01', '#%%%'])(
  'the hash %j shows the last day',
  (hash) => {
    expect(parseView(hash)).toEqual({range: {kind: 'last', span: 'day'}});
  },
);

test('a hash can be written by hand', () => {
  expect(parseView('#from=2026-01-01&to=2026-02-01T12:00Z&job=wan')).toEqual({
    range: {kind: 'between', fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1, 12)},
    job: 'wan',
  });
});

test('a range up to now ends with the minute', () => {
  const minuteMs = 60_000;
  const toMs = 1000 * minuteMs;
  for (const nowMs of [toMs - minuteMs + 1, toMs - 1, toMs])
    expect(boundsOf({kind: 'last', span: 'day'}, nowMs)).toEqual({fromMs: toMs - 86_400_000, toMs});
});

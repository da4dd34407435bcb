import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  parseServerTiming,
  type ServerTiming,
  serverTimeMs,
} from '../../../../src/engine/native/server-timing.ts';

describe('the header', () => {
  it.each<[string, readonly ServerTiming[]]>([
    ['', []],
    ['miss', [{name: 'miss'}]],
    [
      'db;dur=53, app;dur=47.2',
      [
        {name: 'db', durationMs: 53},
        {name: 'app', durationMs: 47.2},
      ],
    ],
    ['cache ; desc="read, \\"from\\"; disk" ; DUR = 23.2', [{name: 'cache', durationMs: 23.2}]],
    ['a;dur="1.5"', [{name: 'a', durationMs: 1.5}]],
    ['a;dur=1;dur=2', [{name: 'a', durationMs: 1}]],
    ['a;dur=x;dur=2', [{name: 'a'}]],
    ['a rest;dur=1 rest;other', [{name: 'a', durationMs: 1}]],
    ['a;dur=-1, b;dur=NaN, c;dur=1e999, d;dur=, e;duration=3', [...'abcde'].map((name) => ({name}))],
    [', ;dur=1, =, a;dur=.5', [{name: 'a', durationMs: 0.5}]],
    ['a;desc="never closed, b;dur=1', [{name: 'a'}]],
    ['cfRequestDuration;dur=15.999794', [{name: 'cfRequestDuration', durationMs: 15.999794}]],
  ])('%j', (header, timings) => {
    expect(parseServerTiming(header)).toEqual(timings);
  });

  const space = fc.constantFrom('', ' ', '\t', ' \t ');
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
  const quoted = fc.string().map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`);
  const other = fc
    .tuple(
      token.filter((name) => name.toLowerCase() !== 'dur'),
      fc.oneof(token, quoted),
    )
    .map((parts) => parts.join('='));
  const durationMs = fc.double({min: 0, noDefaultInfinity: true, noNaN: true});
  const metric = fc
    .record({name: token, before: fc.array(other), after: fc.array(other), space}, {})
    .chain((parts) => fc.option(durationMs, {nil: undefined}).map((value) => ({...parts, value})));

  it('is read back, whatever else its metrics say', () => {
    fc.assert(
      fc.property(fc.array(metric), (parts) => {
        const header = parts
          .map(({name, before, after, space: gap, value}) =>
            [name, ...before, ...(value === undefined ? [] : [`dur${gap}=${gap}${value}`]), ...after].join(
              `${gap};${gap}`,
            ),
          )
          .join(' , ');
        expect(parseServerTiming(header)).toEqual(
          parts.map(({name, value}) => ({name, ...(value !== undefined && {durationMs: value})})),
        );
      }),
    );
  });

  it('of any text is no error, and never a time below 0', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom('a', '"', '\\', ',', ';', '=', ' ', 'd', 'u', 'r', '1', '.', '-', 'e'),
      }),
    );
    fc.assert(
      fc.property(text, (header) => {
        expect(serverTimeMs(header)).toBeGreaterThanOrEqual(0);
        expect(serverTimeMs(header)).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('of any length takes no more than its length in time', () => {
    for (const piece of ['"', '"\\', 'a;', ', ', ';dur=', '\\"', '"",']) {
      expect(parseServerTiming(piece.repeat(16 * 1024)).length).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("the server's time", () => {
  it.each([
    ['cfRequestDuration;dur=4.2', 4.2],
    ['cfReqDur;dur=45.5', 45.5],
    ['cfSpeedEdge;dur=10, cfSpeedWorker;dur=20, cfReqDur;dur=45.5', 45.5],
    ['cfSpeedEdge;dur=10, cfSpeedWorker;dur=20, cfL4;desc="?proto=TCP&rtt=7"', 30],
    ['total;dur=12.5, db;dur=8, cache', 12.5],
    ['app;dur=3', 3],
    ['cache;desc=hit', 0],
    ['', 0],
  ])('of %j is %s ms', (header, timeMs) => {
    expect(serverTimeMs(header)).toBe(timeMs);
  });
});

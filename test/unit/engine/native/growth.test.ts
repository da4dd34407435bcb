import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  adaptiveConnections,
  type ConnectionRange,
  grown,
  growthOf,
} from '../../../../src/engine/native/growth.ts';

const spans = fc.array(fc.integer({min: 0, max: 1e9}), {maxLength: 8});

/** How many connections a transfer ends up with, when `rateOf` tells what so many bring in a span. */
const settle = (rateOf: (connections: number, span: number) => number, range: ConnectionRange): number => {
  let connections = range.least;
  let addedAt = 0;
  const bytes: number[] = [];
  for (let span = 0; span < 8; span += 1) {
    bytes.push(rateOf(connections, span));
    const growth = growthOf(bytes, addedAt);
    if (growth === 'full') break;
    if (growth === 'wait') continue;
    connections = grown(connections, range);
    addedAt = bytes.length;
  }
  return connections;
};

describe('growthOf', () => {
  it('grows from the first bytes on, and waits for them', () => {
    expect(growthOf([], 0)).toBe('wait');
    expect(growthOf([0, 0, 0], 0)).toBe('wait');
    expect(growthOf([0, 0, 1], 0)).toBe('grow');
  });

  it('grows when the last ones brought a quarter more than there ever was', () => {
    expect(growthOf([100, 126], 1)).toBe('grow');
    expect(growthOf([200, 100, 126], 2)).toBe('wait');
  });

  it('gives the last ones two spans', () => {
    expect(growthOf([100], 1)).toBe('wait');
    expect(growthOf([100, 100], 1)).toBe('wait');
    expect(growthOf([100, 100, 126], 1)).toBe('grow');
    expect(growthOf([100, 100, 125], 1)).toBe('full');
  });

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(spans, fc.nat({max: 8}), (bytes, addedAt) => {
        const scaled = bytes.map((each) => each * 8);
        expect(growthOf(scaled, addedAt)).toBe(growthOf(bytes, addedAt));
      }),
    );
  });

  it('never grows when nothing was brought since', () => {
    fc.assert(
      fc.property(spans, (bytes) => {
        expect(growthOf([...bytes, 0, 0], bytes.length)).not.toBe('grow');
      }),
    );
  });
});

describe('the connections of a transfer', () => {
  it('fill any line that more of them fill, up to the most', () => {
    const line = fc.record({capacity: fc.integer({min: 1, max: 1e9}), each: fc.integer({min: 1, max: 1e9})});
    fc.assert(
      fc.property(line, ({capacity, each}) => {
        const rateOf = (connections: number): number => Math.min(capacity, each * connections);
        const connections = settle(rateOf, adaptiveConnections);
        expect(rateOf(connections)).toBe(rateOf(adaptiveConnections.most));
      }),
    );
  });

  it('are at most four where two fill the line', () => {
    expect(settle(() => 1000, adaptiveConnections)).toBe(4);
  });

  it('stay within their range, whatever the line does', () => {
    const range = fc
      .tuple(fc.integer({min: 1, max: 64}), fc.integer({min: 1, max: 64}))
      .map(([a, b]) => ({least: Math.min(a, b), most: Math.max(a, b)}));
    fc.assert(
      fc.property(fc.array(fc.nat(), {minLength: 8, maxLength: 8}), range, (bytes, limits) => {
        const connections = settle((_, span) => bytes[span] ?? 0, limits);
        expect(connections).toBeGreaterThanOrEqual(limits.least);
        expect(connections).toBeLessThanOrEqual(limits.most);
      }),
    );
  });
});

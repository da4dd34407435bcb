import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {meanRate, sums, warmUpSlots} from '../../../../src/engine/native/steady-rate.ts';

const bytes = fc.integer({min: 0, max: 1e9});
const slots = fc.array(bytes, {minLength: 10, maxLength: 100});

describe('warmUpSlots', () => {
  it('is two tenths of a steady transfer', () => {
    expect(warmUpSlots(new Array<number>(100).fill(5))).toBe(20);
  });

  it('goes on while the rate rises', () => {
    const rising = Array.from({length: 100}, (_, index) => Math.min(2 ** (index / 10), 2 ** 4));
    expect(warmUpSlots(rising)).toBe(50);
    const soonSteady = Array.from({length: 100}, (_, index) => Math.min(2 ** (index / 10), 2 ** 2.2));
    expect(warmUpSlots(soonSteady)).toBe(30);
  });

  it('is at most half of the time', () => {
    expect(warmUpSlots(Array.from({length: 100}, (_, index) => 2 ** index))).toBe(50);
  });

  it('is at least as long as it is said to be, up to half', () => {
    const steady = new Array<number>(100).fill(5);
    expect(warmUpSlots(steady, 10)).toBe(20);
    expect(warmUpSlots(steady, 35)).toBe(35);
    expect(warmUpSlots(steady, 70)).toBe(50);
  });

  it('lies between two tenths and half, for any transfer', () => {
    fc.assert(
      fc.property(slots, fc.nat({max: 100}), (transfer, least) => {
        const warm = warmUpSlots(transfer, least);
        expect(warm).toBeGreaterThanOrEqual(2 * Math.floor(transfer.length / 10));
        expect(warm).toBeLessThanOrEqual(Math.floor(transfer.length / 2));
      }),
    );
  });

  it('is nothing of next to nothing', () => {
    expect(warmUpSlots([])).toBe(0);
    expect(warmUpSlots([1, 2, 4])).toBe(0);
  });
});

describe('meanRate', () => {
  it('is bytes over time, per second', () => {
    expect(meanRate([10, 20], 500)).toBe(30);
    expect(meanRate([], 500)).toBe(0);
  });
});

describe('the mean rate after the warm-up', () => {
  const steadyRate = (transfer: readonly number[], slotMs: number): number =>
    meanRate(transfer.slice(warmUpSlots(transfer)), slotMs);

  it('is the rate of a steady transfer', () => {
    fc.assert(
      fc.property(bytes, fc.integer({min: 1, max: 1000}), (perSlot, slotMs) => {
        const rate = steadyRate(new Array<number>(100).fill(perSlot), slotMs);
        expect(rate).toBeCloseTo((perSlot * 1000) / slotMs, 3);
      }),
    );
  });

  it('does not see how slowly a transfer began', () => {
    const begun = [...new Array<number>(20).fill(1), ...new Array<number>(80).fill(1000)];
    const steady = new Array<number>(100).fill(1000);
    expect(steadyRate(begun, 10)).toBe(steadyRate(steady, 10));
  });

  it('lies between the slowest and the fastest slot', () => {
    fc.assert(
      fc.property(slots, (transfer) => {
        const rate = steadyRate(transfer, 1000);
        expect(rate).toBeGreaterThanOrEqual(Math.min(...transfer) * 0.999_999);
        expect(rate).toBeLessThanOrEqual(Math.max(...transfer) * 1.000_001);
      }),
    );
  });
});

describe('sums', () => {
  it('adds up whole spans', () => {
    expect(sums([1, 2, 3, 4, 5], 2)).toEqual([3, 7]);
    expect(sums([], 2)).toEqual([]);
  });
});

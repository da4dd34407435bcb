import fc from 'fast-check';
import {expect, it} from 'vitest';
import {countLine} from '../../../src/cli/count-progress.ts';

it('shows how many are done, and how long the rest will take', () => {
  const line = countLine({done: 50, total: 200, details: ['3 refused'], elapsedMs: 10_000}, 79);
  expect(line).toBe(`${'█'.repeat(6)}${'░'.repeat(18)}   50 of 200  30 s left  3 refused`);
});

it('is never wider than the terminal', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.nat(1000),
      fc.integer({min: 1, max: 120}),
      (done, more, columns) =>
        countLine({done, total: done + more, details: ['1 refused', 'x'], elapsedMs: 1}, columns).length <=
        columns,
    ),
  );
});

import {expect, it} from 'vitest';
import {createLimiter} from '../../src/limiter.ts';

it('lets the first event of each span through, with how many it held back before', () => {
  let nowMs = 0;
  const limiter = createLimiter(60_000, () => nowMs);
  const seen: (number | undefined)[] = [];
  for (; nowMs <= 120_000; nowMs += 20_000) seen.push(limiter.next());
  expect(seen).toEqual([0, undefined, undefined, 2, undefined, undefined, 2]);
});

import {setImmediate as nextTurn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {createTurns} from '../../../src/server/turns.ts';

test('those who come at once go on one in each turn, in their order', async () => {
  const turn = createTurns();
  const went: number[] = [];
  const all = [0, 1, 2].map(async (each) => {
    await turn();
    went.push(each);
  });
  const seen: number[] = [];
  while (went.length < all.length) {
    await nextTurn();
    seen.push(went.length);
  }
  expect(went).toEqual([0, 1, 2]);
  for (const [index, count] of seen.entries()) expect(count - (seen[index - 1] ?? 0)).toBeLessThanOrEqual(1);
});

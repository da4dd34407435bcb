import {expect, it} from 'vitest';
import {sparkline} from '../../../src/cli/sparkline.ts';

it.each<[readonly (number | undefined)[], number, string]>([
  [[], 10, ''],
  [[1, 2, 3, 4, 5, 6, 7, 8], 10, '▁▂▃▄▅▆▇█'],
  [[0, 0], 10, '▁▁'],
  [[8, undefined, 8], 10, '█×█'],
  [[7.9, 8], 10, '██'],
  [[4, 4, 8, 8], 2, '▄█'],
  [[undefined, undefined, 8, undefined], 2, '×█'],
  [[1, 2, 3], 0, '█'],
])('of %j in %i columns', (values, columns, line) => {
  expect(sparkline(values, columns)).toBe(line);
});

import {expect, it} from 'vitest';
import {adviceFor} from '../../../src/receiver/advice.ts';

const dayMs = 86_400_000;

it('names the setting of the product with a window that is wide enough', () => {
  expect(adviceFor('thanos', 29.5 * dayMs)).toEqual([
    'Thanos receive: --tsdb.out-of-order.time-window=31d, and --compact.enable-vertical-compaction of its compactor',
  ]);
});

it('names those of all where the product is not known', () => {
  const text = adviceFor(undefined, 0).join('\n');
  expect(text.split('\n')).toHaveLength(4);
  for (const setting of [
    'storage.tsdb.out_of_order_time_window: 1d',
    'the tenant',
    '=1d',
    '-retentionPeriod=1d',
  ])
    expect(text).toContain(setting);
});

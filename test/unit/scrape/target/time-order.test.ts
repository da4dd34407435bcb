import {expect, it} from 'vitest';
import type {Block} from '../../../../src/scrape/block.ts';
import {createTimeOrder} from '../../../../src/scrape/target/time-order.ts';
import {blockOf} from '../../forwarding/blocks.ts';

const none = Number.NaN;
const bitsOf = ({values}: Block): readonly bigint[] => [...new BigUint64Array(values.buffer)];

it('gives blocks as they are where time goes on', () => {
  const inOrder = createTimeOrder();
  const blocks = [
    blockOf('a', 2, 1000),
    {...blockOf('a', 2, 2000), timestampsMs: Float64Array.of(none, 1500)},
    {...blockOf('b', 2, 2000), timestampsMs: Float64Array.of(0, -5)},
    {...blockOf('a', 2, 3000), timestampsMs: Float64Array.of(3000, 3000)},
    blockOf('a', 2, 3000),
  ];
  for (const block of blocks) expect(inOrder(block)).toBe(block);
});

it('leaves out what is older than the last sample of its series, and nothing else of a block', () => {
  const inOrder = createTimeOrder();
  inOrder({...blockOf('a', 3, 1000), timestampsMs: Float64Array.of(none, 500, 5000)});
  const second: Block = {
    ...blockOf('a', 4, 2000),
    timestampsMs: Float64Array.of(900, 500, none, 100),
    createdMs: Float64Array.of(1, 2, 3, 4),
    exemplars: [
      {index: 0, labels: [], value: 1},
      {index: 3, labels: [['trace_id', 'x']], value: 2, timestampMs: 7},
    ],
  };
  new BigUint64Array(second.values.buffer).fill(0x7ff0_0000_0000_0002n);
  const kept = inOrder(second);
  expect([0, 1].map((place) => kept.layout.seriesAt(place).labels.at(-1)?.[1])).toEqual(['1', '3']);
  expect(bitsOf(kept)).toEqual([0x7ff0_0000_0000_0002n, 0x7ff0_0000_0000_0002n]);
  expect(kept).toMatchObject({
    timeMs: 2000,
    timestampsMs: Float64Array.of(500, 100),
    createdMs: Float64Array.of(2, 4),
    exemplars: [{index: 1, labels: [['trace_id', 'x']], value: 2, timestampMs: 7}],
  });
  // The times of what was left out are still the last.
  expect(inOrder(blockOf('a', 4, 4999)).layout.size).toBe(3);
  expect(inOrder(blockOf('a', 4, 5000)).layout.size).toBe(4);
  expect(inOrder(blockOf('a', 4, 4000)).layout.size).toBe(0);
});

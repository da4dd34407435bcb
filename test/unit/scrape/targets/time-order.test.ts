import {expect, it} from 'vitest';
import type {Block} from '../../../../src/scrape/block.ts';
import {createTimeOrder} from '../../../../src/scrape/targets/time-order.ts';
import {blockOf, staleBlockOf} from '../../forwarding/blocks.ts';
import {readBlock} from './jobs.ts';

const none = Number.NaN;
const bitsOf = ({values}: Block): readonly bigint[] => [...new BigUint64Array(values.buffer)];

const nothing = blockOf('up', 0, 0);

/** The order of pages that are scraped with nothing else. */
const createPageOrder = () => {
  const order = createTimeOrder();
  return (page: Block): Block | undefined =>
    order.scrape(page.timeMs, page, [], nothing).blocks.find(({layout}) => layout !== nothing.layout);
};

it('gives blocks as they are where time goes on', () => {
  const inOrder = createPageOrder();
  const blocks = [
    blockOf('a', 2, 1000),
    {...blockOf('a', 2, 2000), timestampsMs: Float64Array.of(none, 1500)},
    {...blockOf('b', 2, 2000), timestampsMs: Float64Array.of(0, -5)},
    {...blockOf('a', 2, 3000), timestampsMs: Float64Array.of(3001, 3001)},
    blockOf('a', 2, 3001),
  ];
  for (const block of blocks) expect(inOrder(block)).toBe(block);
});

it('leaves out what is older than the last sample of its series, and nothing else of a block', () => {
  const inOrder = createPageOrder();
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
  if (kept === undefined) expect.fail('all is left out');
  expect([0, 1].map((place) => kept.layout.seriesAt(place).labels.at(-1)?.[1])).toEqual(['1', '3']);
  expect(bitsOf(kept)).toEqual([0x7ff0_0000_0000_0002n, 0x7ff0_0000_0000_0002n]);
  expect(kept).toMatchObject({
    timeMs: 2000,
    timestampsMs: Float64Array.of(500, 100),
    createdMs: Float64Array.of(2, 4),
    exemplars: [{index: 1, labels: [['trace_id', 'x']], value: 2, timestampMs: 7}],
  });
  // The times of what was left out are still the last.
  expect(inOrder(blockOf('a', 4, 4999))?.layout.size).toBe(3);
  expect(inOrder(blockOf('a', 4, 5000))?.layout.size).toBe(4);
  expect(inOrder(blockOf('a', 4, 4000))).toBeUndefined();
});

it('leaves out and counts all that has the time of a scrape, while that is not behind the time of another one', () => {
  const order = createTimeOrder();
  const up = blockOf('up', 2, 3000);
  const ends = staleBlockOf('gone', 3, 3000);
  // Of a target that could not be scraped.
  const both = [ends, up];
  expect(order.scrape(3000, undefined, [ends], up)).toEqual({all: both, blocks: both, leftOut: 0});
  const late: Block = {...blockOf('a', 4, 2000), timestampsMs: Float64Array.of(none, 1000, none, 5000)};
  const {all, blocks, leftOut} = order.scrape(2000, late, [ends], up);
  expect(all).toEqual([late, ends, up]);
  expect(blocks.map(({timestampsMs}) => timestampsMs)).toEqual([Float64Array.of(1000, 5000)]);
  expect(leftOut).toBe(2 + 2);
  expect(order.scrape(3000, blockOf('a', 4, 3000), [], up)).toMatchObject({blocks: [], leftOut: 6});
  // Series that were left out have no time to go on from.
  const next = {...blockOf('a', 4, 3001), timestampsMs: Float64Array.of(10, 999, none, 4999)};
  expect(order.scrape(3001, next, [], up)).toMatchObject({
    blocks: [{timestampsMs: Float64Array.of(10, none)}, {timeMs: 3001, layout: {key: ends.layout.key}}, up],
    leftOut: 2,
  });
});

it('sends ends that fall into a late time with the first scrape in order, of series that have not come back, once', () => {
  const order = createTimeOrder();
  const up = blockOf('up', 1, 0);
  const ends = (timeMs: number, ...names: readonly string[]) =>
    names.map((name) => staleBlockOf(name, 2, timeMs));
  order.scrape(3000, blockOf('a', 2, 3000), [], up);
  expect(order.scrape(1000, undefined, ends(1000, 'a', 'b', 'c'), up)).toMatchObject({
    blocks: [],
    leftOut: 1,
  });
  order.scrape(2000, undefined, ends(2000, 'a', 'd'), up);
  const {all, blocks, leftOut} = order.scrape(3001, blockOf('b', 3, 3001), ends(3001, 'd'), up);
  expect([all.length, leftOut]).toEqual([3, 0]);
  expect(blocks.map(readBlock).slice(1, 3)).toEqual(
    [ends(3001, 'd'), ends(3001, 'a', 'c')].map((of) => Object.assign({}, ...of.map(readBlock))),
  );
  expect(blocks.map(({timeMs}) => timeMs)).toEqual([3001, 3001, 3001, 0]);
  expect(order.scrape(3002, undefined, [], up).blocks).toEqual([up]);
  // Also where the target goes before there is one.
  order.scrape(3000, undefined, ends(3000, 'a', 'b'), up);
  const atEnd = order.end(3000, (timeMs) => ends(timeMs, 'b', 'up'));
  expect(atEnd.map(({timeMs}) => timeMs)).toEqual([3003, 3003, 3003]);
  expect(atEnd.map(readBlock)).toEqual(ends(3003, 'a', 'b', 'up').map(readBlock));
});

it('goes on where the clock was wrong by more than ten minutes, whichever way', () => {
  const order = createTimeOrder();
  const minuteMs = 60_000;
  const dayMs = 1440 * minuteMs;
  const up = blockOf('up', 2, 0);
  const scrapeAt = (timeMs: number) => order.scrape(timeMs, blockOf('a', 4, timeMs), [], up).leftOut;
  expect([0, dayMs, dayMs + minuteMs].map(scrapeAt)).toEqual([0, 0, 0]);
  expect([minuteMs, 2 * minuteMs].map(scrapeAt)).toEqual([0, 0]);
  expect([3, 13, 3, 4, 13, 14].map((minutes) => scrapeAt(minutes * minuteMs))).toEqual([0, 0, 6, 6, 6, 0]);
  const endMs = (minutes: number): number | undefined =>
    order.end(minutes * minuteMs, (timeMs) => [staleBlockOf('a', 4, timeMs)])[0]?.timeMs;
  expect([13, 15, 3].map(endMs)).toEqual([14 * minuteMs + 1, 15 * minuteMs, 3 * minuteMs]);
});

it('goes on where a page was more than ten minutes ahead, and keeps the order of its other series', () => {
  const inOrder = createPageOrder();
  const pageAt = (timeMs: number, ...ownMs: readonly number[]) =>
    inOrder({...blockOf('a', ownMs.length, timeMs), timestampsMs: Float64Array.from(ownMs)})?.timestampsMs;
  expect(pageAt(1000, 9_001_000, 601_500, 500)).toHaveLength(3);
  expect(pageAt(1500, 1500, 601_400, 400)).toEqual(Float64Array.of(1500));
  expect(pageAt(2000, 1400, 601_400, 400)).toBeUndefined();
  expect(pageAt(3000, none, none, none)).toEqual(Float64Array.of(none, none));
});

it('does not look at the series of a late page without times of its own, nor takes it for the last', () => {
  const inOrder = createPageOrder();
  inOrder({...blockOf('a', 2, 1000), timestampsMs: Float64Array.of(500, none)});
  const seriesAt = (): never => expect.fail('read a series');
  const late = blockOf('b', 3, 900);
  expect(inOrder({...late, layout: {...late.layout, seriesAt}})).toBeUndefined();
  expect(inOrder({...blockOf('a', 2, 1100), timestampsMs: Float64Array.of(499, none)})?.layout.size).toBe(1);
});

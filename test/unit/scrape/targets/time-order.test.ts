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
  const order = createTimeOrder(false);
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
  const order = createTimeOrder(false);
  const up = blockOf('up', 2, 3000);
  // Of a target that could not be scraped.
  expect(order.scrape(3000, undefined, [], up)).toEqual({all: [up], blocks: [up], leftOut: 0});
  const late: Block = {...blockOf('a', 4, 2000), timestampsMs: Float64Array.of(none, 1000, none, 5000)};
  const {all, blocks, leftOut} = order.scrape(2000, late, [], up);
  expect(all).toEqual([late, up]);
  expect(blocks.map(({timestampsMs}) => timestampsMs)).toEqual([Float64Array.of(1000, 5000)]);
  expect(leftOut).toBe(2 + 2);
  expect(order.scrape(3000, blockOf('a', 4, 3000), [], up)).toMatchObject({blocks: [], leftOut: 6});
  // Series that were left out have no time to go on from.
  const next = {...blockOf('a', 4, 3001), timestampsMs: Float64Array.of(10, 999, none, 4999)};
  expect(order.scrape(3001, next, [], up)).toMatchObject({
    blocks: [{timestampsMs: Float64Array.of(10, none)}, up],
    leftOut: 2,
  });
});

/** The time of each block of ends, and the places of its series. */
const endsIn = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => {
    const series = Object.entries(readBlock(block)).filter(([, value]) => value === 'stale');
    return series.length === 0
      ? []
      : [[block.timeMs, ...series.map(([name]) => name.replace(/\{.*place=/, '{'))]];
  });

it('ends what was sent and is gone with the first scrape in order, and nothing that only late scrapes had', () => {
  const order = createTimeOrder(false);
  const up = blockOf('up', 1, 0);
  const scrape = (timeMs: number, page: Block | undefined, ...vanished: readonly number[]) => {
    const {blocks, leftOut} = order.scrape(timeMs, page, vanished, up);
    return {blocks, ended: endsIn(blocks), leftOut};
  };
  scrape(2000, blockOf('a', 4, 2000));
  expect(scrape(3000, blockOf('a', 3, 3000), 3)).toMatchObject({ended: [[3000, 'a{"3"}']], leftOut: 0});
  expect(scrape(1000, blockOf('b', 2, 1000), 0, 1, 2)).toEqual({blocks: [], ended: [], leftOut: 3});
  expect(scrape(2000, undefined)).toMatchObject({blocks: [], leftOut: 1});
  expect(scrape(2500, blockOf('c', 2, 2500))).toMatchObject({blocks: [], leftOut: 3});
  // One of the three is back.
  expect(scrape(3001, blockOf('a', 1, 3001), 0, 1)).toMatchObject({
    ended: [[3001, 'a{"1"}', 'a{"2"}']],
    leftOut: 0,
  });
  expect(scrape(3002, undefined).ended).toEqual([[3002, 'a{"0"}']]);
  expect(scrape(3000, blockOf('d', 2, 3000)).ended).toEqual([]);
  // Of a target that can't be scraped, once more.
  expect(scrape(3003, undefined).ended).toEqual([]);
});

it('ends what was sent behind it, also where the target goes while scrapes are late', () => {
  const order = createTimeOrder(false);
  const up = blockOf('up', 1, 0);
  order.scrape(3000, blockOf('a', 2, 3000), [], up);
  order.scrape(1000, blockOf('b', 2, 1000), [0, 1], up);
  const atEnd = order.end(1500, (timeMs) => [staleBlockOf('up', 1, timeMs)]);
  expect(endsIn(atEnd)).toEqual([
    [3001, 'a{"0"}', 'a{"1"}'],
    [3001, 'up{"0"}'],
  ]);
});

it('goes on where the clock was wrong by more than ten minutes, whichever way', () => {
  const order = createTimeOrder(false);
  const minuteMs = 60_000;
  const dayMs = 1440 * minuteMs;
  const up = blockOf('up', 2, 0);
  const scrapeAt = (timeMs: number) => order.scrape(timeMs, blockOf('a', 4, timeMs), [], up).leftOut;
  expect([0, dayMs, dayMs + minuteMs].map(scrapeAt)).toEqual([0, 0, 0]);
  expect([minuteMs, 2 * minuteMs].map(scrapeAt)).toEqual([0, 0]);
  expect([3, 13, 3, 4, 13, 14].map((minutes) => scrapeAt(minutes * minuteMs))).toEqual([0, 0, 6, 6, 6, 0]);
  const endMs = (minutes: number): number | undefined =>
    order.end(minutes * minuteMs, (timeMs) => [staleBlockOf('up', 2, timeMs)]).at(-1)?.timeMs;
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

import type {Block, Family, ScrapedSeries} from '../../../src/scrape/block.ts';
import {createLayout} from '../../../src/scrape/layout.ts';

export const gauge = (name: string): Family => ({name, type: 'gauge', help: `Help of ${name}.`, unit: ''});

/** Series of one metric, told apart by a label. */
export const seriesOf = (name: string, size: number): ScrapedSeries[] =>
  Array.from({length: size}, (_, index) => ({
    labels: [
      ['__name__', name],
      ['instance', 'home:9100'],
      ['job', 'node'],
      ['place', `${index}`],
    ],
    family: gauge(name),
  }));

/** A block of series of one metric, whose values count up from the first. */
export const blockOf = (name: string, size: number, timeMs: number, first = 0): Block => ({
  layout: createLayout(seriesOf(name, size)),
  timeMs,
  values: Float64Array.from({length: size}, (_, index) => first + index),
});

const bits = 0x7ff0_0000_0000_0002n;

/** A block with the stale marker as every value. */
export const staleBlockOf = (name: string, size: number, timeMs: number): Block => {
  const block = blockOf(name, size, timeMs);
  new BigUint64Array(block.values.buffer).fill(bits);
  return block;
};

import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Family, ScrapedSeries} from '../../../src/scrape/block.ts';
import {createLayout, LayoutError, readLayout} from '../../../src/scrape/layout.ts';

const text = fc.string({unit: 'grapheme', maxLength: 12});
const anyFamily: fc.Arbitrary<Family> = fc.record({
  name: text,
  type: fc.constantFrom(
    'unknown',
    'counter',
    'gauge',
    'histogram',
    'gaugehistogram',
    'summary',
    'info',
    'stateset',
  ),
  help: text,
  unit: text,
});
const anySeries: fc.Arbitrary<ScrapedSeries> = fc.record({
  labels: fc.array(fc.tuple(text, text), {maxLength: 6}),
  family: anyFamily,
});

const all = (layout: ReturnType<typeof createLayout>) =>
  Array.from({length: layout.size}, (_, index) => layout.seriesAt(index));

it('gives the series that it was made of, also from its bytes', () => {
  fc.assert(
    fc.property(fc.array(anySeries, {maxLength: 30}), (series) => {
      const layout = createLayout(series);
      expect(all(layout)).toEqual(series);
      const again = readLayout(layout.bytes);
      expect(all(again)).toEqual(series);
      expect(again.key).toBe(layout.key);
    }),
  );
});

it('has the key of its series, whatever objects they are', () => {
  fc.assert(
    fc.property(fc.array(anySeries, {minLength: 1, maxLength: 8}), (series) => {
      const {key} = createLayout(series);
      expect(createLayout(structuredClone(series)).key).toBe(key);
      expect(createLayout(series.slice(1)).key).not.toBe(key);
    }),
  );
});

it('takes less than the text of many alike', () => {
  const family: Family = {name: 'http_requests', type: 'counter', help: 'Requests', unit: ''};
  const labelled = (index: number): ScrapedSeries => ({
    family,
    labels: [
      ['__name__', 'http_requests_total'],
      ['instance', 'server.example:9100'],
      ['job', 'web'],
      ['path', `/path/${index}`],
    ],
  });
  const series = Array.from({length: 10_000}, (_, index) => labelled(index));
  expect(createLayout(series).bytes.length).toBeLessThan(10_000 * 30);
});

it('says so of bytes that are none', () => {
  const {bytes} = createLayout([
    {labels: [['__name__', 'a']], family: {name: 'a', type: 'gauge', help: '', unit: ''}},
  ]);
  expect(() => readLayout(bytes.subarray(0, bytes.length - 1))).toThrow(LayoutError);
  expect(() => readLayout(Uint8Array.of(255, 255, 255, 255, 255, 255))).toThrow(LayoutError);
  expect(() => readLayout(bytes).seriesAt(1)).toThrow(RangeError);
});

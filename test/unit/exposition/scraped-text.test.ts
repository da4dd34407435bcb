import {expect, test} from 'vitest';
import {encodeScraped, type ScrapedSample} from '../../../src/exposition/scraped-text.ts';
import type {Family, MetricType} from '../../../src/scrape/block.ts';

const family = (name: string, type: MetricType, help = ''): Family => ({name, type, help, unit: ''});
const sample = (
  of: Family,
  name: string,
  value = 1,
  labels: ScrapedSample['labels'] = [],
): ScrapedSample => ({
  family: of,
  labels: [['__name__', name], ...labels],
  value,
});

test('what OpenMetrics has types for becomes what the text format has', () => {
  const calls = family('calls', 'counter', 'How "many"\\\n');
  const latency = family('latency', 'histogram');
  const size = family('size', 'summary');
  expect(
    encodeScraped([
      sample(calls, 'calls_total', 17, [['path', 'a"b\\\n']]),
      sample(latency, 'latency_bucket', 1, [['le', '+Inf']]),
      sample(calls, 'calls_total', 18),
      sample(calls, 'calls_created', 1.5e9),
      sample(latency, 'latency_sum', Number.NaN),
      sample(latency, 'latency_count', 1),
      sample(latency, 'latency_created', 2),
      sample(size, 'size', Number.POSITIVE_INFINITY, [['quantile', '0.5']]),
      sample(size, 'size_count', 3),
      sample(family('build', 'info'), 'build_info'),
      sample(family('state', 'stateset'), 'state', 1, [['state', 'on']]),
      sample(family('load', 'gaugehistogram'), 'load_gcount', 4),
      sample(family('', 'unknown'), 'other', -0),
    ]).split('\n'),
  ).toEqual([
    '# HELP calls_total How "many"\\\\\\n',
    '# TYPE calls_total counter',
    'calls_total{path="a\\"b\\\\\\n"} 17',
    'calls_total 18',
    '# TYPE latency histogram',
    'latency_bucket{le="+Inf"} 1',
    'latency_sum NaN',
    'latency_count 1',
    '# HELP calls_created How "many"\\\\\\n',
    '# TYPE calls_created gauge',
    'calls_created 1500000000',
    '# TYPE latency_created gauge',
    'latency_created 2',
    '# TYPE size summary',
    'size{quantile="0.5"} +Inf',
    'size_count 3',
    '# TYPE build_info gauge',
    'build_info 1',
    '# TYPE state gauge',
    'state{state="on"} 1',
    '# TYPE load_gcount untyped',
    'load_gcount 4',
    '# TYPE other untyped',
    'other -0',
    '',
  ]);
});

test('names of other characters are quoted', () => {
  expect(
    encodeScraped([
      sample(family('a.b', 'gauge'), 'a.b', 1, [['c.d', 'x']]),
      sample(family('e-f', 'gauge'), 'e-f'),
    ]),
  ).toBe('# TYPE "a.b" gauge\n{"a.b","c.d"="x"} 1\n# TYPE "e-f" gauge\n{"e-f"} 1\n');
});

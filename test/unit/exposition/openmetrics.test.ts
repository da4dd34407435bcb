import {expect, it} from 'vitest';
import {encodeOpenMetrics} from '../../../src/exposition/openmetrics.ts';

const sample = (
  name: string,
  labels: readonly (readonly [string, string])[],
  value: number,
  timestampMs: number,
) => ({
  name,
  help: `Help of "${name}".`,
  labels,
  value,
  timestampMs,
});

it('writes families and series together, in the order of their times, and ends', () => {
  expect(
    encodeOpenMetrics([
      sample('a', [['x', '1']], 1, 1000),
      sample('b', [], 2.5e10, 1000),
      sample('a', [['x', 'q"\\\n']], 3, 1500),
      sample('a', [['x', '1']], 4, 2001),
    ]),
  ).toBe(
    [
      '# TYPE a gauge',
      '# HELP a Help of \\"a\\".',
      'a{x="1"} 1 1.000',
      'a{x="1"} 4 2.001',
      'a{x="q\\"\\\\\\n"} 3 1.500',
      '# TYPE b gauge',
      '# HELP b Help of \\"b\\".',
      'b 25000000000 1.000',
      '# EOF\n',
    ].join('\n'),
  );
});

it('writes what is scraped without times, and units where there are some', () => {
  expect(
    encodeOpenMetrics([
      {name: 'a_seconds', help: 'A.', unit: 'seconds', labels: [], value: 1},
      {name: 'b', help: 'B.', unit: undefined, labels: [], value: 2},
    ]),
  ).toBe(
    '# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds A.\na_seconds 1\n# TYPE b gauge\n# HELP b B.\nb 2\n# EOF\n',
  );
});

it('of nothing is an empty document', () => {
  expect(encodeOpenMetrics([])).toBe('# EOF\n');
});

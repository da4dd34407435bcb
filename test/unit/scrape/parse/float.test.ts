import fc from 'fast-check';
import {expect, it} from 'vitest';
import {formatLabelFloat, parseFloat64} from '../../../../src/scrape/parse/float.ts';
import {FloatReader} from '../../../../src/scrape/parse/float-reader.ts';

const read = (text: string): number | undefined => {
  const page = Buffer.from(`a ${text}\n`);
  const reader = new FloatReader();
  const value = reader.read(page, 2);
  expect(reader.end).toBe(page.length - 1);
  return value;
};

it.each([
  ['1', 1],
  ['+1', 1],
  ['-0', -0],
  ['.5', 0.5],
  ['5.', 5],
  ['-.5e3', -500],
  ['1e06', 1e6],
  ['1.234567e+06', 1234567],
  ['9007199254740993', 9007199254740992],
  ['9007199254740993.0', 9007199254740992],
  ['90071992547409.93', 90071992547409.94],
  ['0.1', 0.1],
  ['1e23', 1e23],
  ['8.5e-23', 8.5e-23],
  ['4.9e-324', 4.9e-324],
  ['1e-400', 0],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Inf', Infinity],
  ['+inf', Infinity],
  ['-Infinity', -Infinity],
])('reads %s', (text, value) => {
  expect(parseFloat64(text)).toBe(value);
  expect(read(text)).toBe(value);
});

it.each([
  '',
  '.',
  '-',
  '+',
  '1e',
  '1e+',
  '1_000',
  '0x10',
  '0x1p-2',
  '1e400',
  'infin',
  '+nan',
  '1,5',
  '1.2.3',
  'true',
  '--1',
  '1\r',
])('takes %j for no number', (text) => {
  expect(parseFloat64(text)).toBeUndefined();
  expect(read(text)).toBeUndefined();
});

it('reads the bytes of every number to the float64 that its text has', () => {
  const written = fc.oneof(
    fc.double({noNaN: true}).map(String),
    fc.double({noNaN: true, noDefaultInfinity: true}).map((value) => value.toExponential()),
    fc.double({noDefaultInfinity: true, noNaN: true, min: -1e15, max: 1e15}).map((value) => value.toFixed(6)),
    fc.bigInt({min: -(10n ** 25n), max: 10n ** 25n}).map(String),
    fc.stringMatching(/^-?\d{1,22}\.\d{0,22}(e[+-]\d{1,3})?$/),
  );
  fc.assert(
    fc.property(written, (text) => {
      expect(read(text)).toBe(parseFloat64(text));
      if (/^-?\d/.test(text) && Number.isFinite(Number(text))) expect(parseFloat64(text)).toBe(Number(text));
    }),
    {numRuns: 1000},
  );
});

it.each([
  [1, '1.0'],
  [0, '0.0'],
  [-1, '-1.0'],
  [0.5, '0.5'],
  [10, '10.0'],
  [100000, '100000.0'],
  [1e6, '1e+06'],
  [123456789, '1.23456789e+08'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [2.5e-7, '2.5e-07'],
  [1e100, '1e+100'],
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [Number.NaN, 'NaN'],
])('writes %s as a label as Go does', (value, text) => {
  expect(formatLabelFloat(value)).toBe(text);
});

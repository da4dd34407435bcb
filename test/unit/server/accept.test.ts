import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {acceptsGzip, chooseFormat, hasAlready, parseAccept} from '../../../src/server/accept.ts';

/** What Prometheus 3.5 sends. */
const prometheus =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

describe('the format', () => {
  test.each<[string | undefined, 'text' | 'openmetrics']>([
    [undefined, 'text'],
    ['', 'text'],
    [prometheus, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.3', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.31,text/plain;q=0.3', 'openmetrics'],
    ['text/plain;version=0.0.4;q=0.2,application/openmetrics-text;q=0.1', 'text'],
    ['application/*', 'openmetrics'],
    ['application/*;q=0.5, text/*', 'text'],
    ['*/*', 'text'],
    ['*/*, text/plain;q=0.1', 'openmetrics'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited', 'text'],
    ['application/openmetrics-text;q=2', 'text'],
    ['application/openmetrics-text;q=0.1234', 'text'],
    ['application/openmetrics-text;version', 'text'],
  ])('for %s is %s', (header, format) => {
    expect(chooseFormat(header)).toBe(format);
  });
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['x-gzip', true],
  ['gzip;q=0', false],
  ['gzip;q=0.000, *', false],
  ['*', true],
  ['*;q=0', false],
  ['identity', false],
  ['br, zstd', false],
])('Accept-Encoding %s takes gzip: %s', (header, takes) => {
  expect(acceptsGzip(header)).toBe(takes);
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['a', false],
  ['"ab"', false],
  ['', false],
])('If-None-Match %s has "a" already: %s', (header, has) => {
  expect(hasAlready(header, '"a"')).toBe(has);
});

it('reads what it would write, and never throws', () => {
  const token = fc.stringMatching(/^[a-z0-9!#$&^_.+-]{1,12}$/);
  const entry = fc.record({
    type: token,
    subtype: token,
    name: token.filter((name) => name !== 'q'),
    value: token,
    weight: fc.integer({min: 0, max: 1000}),
  });
  fc.assert(
    fc.property(fc.array(entry, {minLength: 1}), (entries) => {
      const header = entries.map(
        ({type, subtype, name, value, weight}) =>
          `${type}/${subtype} ; ${name}="${value}";q=${(weight / 1000).toFixed(3)}`,
      );
      expect(parseAccept(header.join(' , '))).toEqual(
        entries.map(({type, subtype, name, value, weight}) => ({
          value: `${type}/${subtype}`,
          parameters: new Map([[name, value]]),
          weight: weight / 1000,
        })),
      );
    }),
  );
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 200}), (header) => {
      for (const {weight} of parseAccept(header)) expect(weight >= 0 && weight <= 1).toBe(true);
      chooseFormat(header);
      acceptsGzip(header);
      hasAlready(header, '"a"');
    }),
  );
});

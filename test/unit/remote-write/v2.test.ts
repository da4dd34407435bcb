import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {TimeSeries} from '../../../src/remote-write/series.ts';
import {v2} from '../../../src/remote-write/v2.ts';
import {decodeWriteRequest} from '../../peers/write-request.ts';
import {decodeRequestV2 as decodeByHand} from '../../peers/write-request-v2.ts';
import {anySeries, anySeriesOfNumbers, point, pointsOf, wellFormed} from './any-series.ts';
import {decodeRequestV2, encodeRequestV2, type RequestV2} from './decode.ts';

/** The request that the specification asks for, its symbols in the order of their first use. */
const toMessage = (series: readonly TimeSeries[]): RequestV2 => {
  const strings = wellFormed(series).flatMap(({labels, help, unit = ''}) => [...labels.flat(), help, unit]);
  const symbols = [...new Set(['', ...strings])];
  const reference = (text: string): number => symbols.indexOf(text);
  return {
    symbols,
    timeseries: wellFormed(series).map(({labels, help, unit = '', ...points}) => ({
      labels_refs: labels.flat().map(reference),
      samples: pointsOf(points).map(({value, timestampMs}) => ({
        value: value === 'stale' ? Number.NaN : value,
        timestamp: timestampMs,
      })),
      metadata: {type: 'METRIC_TYPE_GAUGE', help_ref: reference(help), unit_ref: reference(unit)},
    })),
  };
};

test('writes the documented bytes', () => {
  const request = v2.encode([
    {labels: [['__name__', 'up']], help: 'Up.', values: [1], timestampsMs: [1_790_000_000_000]},
  ]).bytes;
  expect(Buffer.from(request).toString('hex')).toBe(
    [
      '2200',
      '22085f5f6e616d655f5f',
      '22027570',
      '220355702e',
      '2a1c',
      '0a020102',
      '1210',
      '09000000000000f03f',
      '1080d8c1a28c34',
      '2a0408021803',
    ].join(''),
  );
});

test('the messages of proto/ decode what it wrote', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      expect(decodeRequestV2(v2.encode(series).bytes)).toEqual(toMessage(series));
    }),
  );
});

test('the messages of proto/ are written with the same bytes', () => {
  fc.assert(
    fc.property(anySeriesOfNumbers, (series) => {
      // protobufjs leaves out what is 0 or empty. A series of ours always has labels.
      fc.pre(series.every(({labels, help}) => labels.length > 0 && help !== ''));
      fc.pre(series.every((each) => !each.values.includes(0) && !each.timestampsMs.includes(0)));
      expect(Buffer.from(v2.encode(series).bytes).toString('hex')).toBe(
        Buffer.from(encodeRequestV2(toMessage(series))).toString('hex'),
      );
    }),
  );
});

test('a decoder that knows nothing of protobufjs decodes what it wrote', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const {symbols, timeseries} = decodeByHand(Buffer.from(v2.encode(series).bytes));
      expect(symbols[0]).toBe('');
      expect(new Set(symbols).size).toBe(symbols.length);
      const text = (reference: number) => symbols[reference];
      expect(
        timeseries.map(({labelsRefs, samples, metadata}) => ({
          labels: labelsRefs.map(text),
          samples,
          type: metadata?.type,
          help: text(metadata?.helpRef ?? -1),
          unit: text(metadata?.unitRef ?? -1),
        })),
      ).toEqual(
        wellFormed(series).map(({labels, help, unit = '', ...points}) => ({
          labels: labels.flat(),
          samples: pointsOf(points),
          type: 2,
          help,
          unit,
        })),
      );
    }),
  );
});

test('strings that become equal in UTF-8 are one symbol', () => {
  const labels = [['a', '\ud800']] as const;
  const other = [['a', '\udfff']] as const;
  const series = [labels, other].map((each) => ({...point(1), labels: each}));
  expect(decodeRequestV2(v2.encode(series).bytes).symbols).toEqual(['', 'a', '\ufffd']);
});

test('an empty request has the symbol that every table starts with', () => {
  expect(Buffer.from(v2.encode([]).bytes).toString('hex')).toBe('2200');
});

test('no series is found in it by a receiver that takes it for a 1.0 request', () => {
  const request = Buffer.from(v2.encode([{...point(1), labels: [['__name__', 'up']]}]).bytes);
  expect(() => decodeWriteRequest(request)).toThrow('WriteRequest has an unknown field 4');
});

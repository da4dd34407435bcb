import {createRequire} from 'node:module';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {TimeSeries} from '../../../src/remote-write/series.ts';
import {v1} from '../../../src/remote-write/v1.ts';
import {decodeWriteRequest as decodeByHand} from '../../peers/write-request.ts';
import {anySeries, anySeriesOfNumbers, anyValue, point, pointsOf, wellFormed} from './any-series.ts';
import {decodeWriteRequest, type WriteRequest} from './decode.ts';

// The package's own types describe the argument of its pushTimeseries, which serialize does not take.
const peer: {
  serialize(message: WriteRequest): Promise<Uint8Array>;
} = createRequire(import.meta.url)('prometheus-remote-write');

const toMessage = (series: readonly TimeSeries[]): WriteRequest => ({
  timeseries: wellFormed(series).map(({labels, ...points}) => ({
    labels: labels.map(([name, value]) => ({name, value})),
    samples: pointsOf(points).map(({value, timestampMs}) => ({
      value: value === 'stale' ? Number.NaN : value,
      timestamp: timestampMs,
    })),
  })),
});

/** Where the value of a lone `point` lies: after the tags and lengths of its series and sample, and its own tag. */
const valueBits = (series: TimeSeries): bigint => {
  const bytes = v1.encode([series]).bytes;
  return new DataView(bytes.buffer, bytes.byteOffset + 5, 8).getBigUint64(0, true);
};

test('writes the documented bytes', () => {
  const request = v1.encode([
    {labels: [['__name__', 'up']], help: 'Up.', values: [1], timestampsMs: [1_790_000_000_000]},
  ]).bytes;
  expect(Buffer.from(request).toString('hex')).toBe(
    ['0a22', '0a0e', '0a085f5f6e616d655f5f', '12027570', '1210', '09000000000000f03f', '1080d8c1a28c34'].join(
      '',
    ),
  );
});

test('the messages of proto/ decode what it wrote', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      expect(decodeWriteRequest(v1.encode(series).bytes)).toEqual(toMessage(series));
    }),
  );
});

test('a decoder that knows nothing of protobufjs decodes what it wrote', () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      expect(decodeByHand(Buffer.from(v1.encode(series).bytes))).toEqual(
        wellFormed(series).map(({labels, ...points}) => ({labels, samples: pointsOf(points)})),
      );
    }),
  );
});

test('prometheus-remote-write writes the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(anySeriesOfNumbers, async (series) => {
      const expected = Buffer.from(await peer.serialize(toMessage(series)));
      expect(Buffer.from(v1.encode(series).bytes).toString('hex')).toBe(expected.toString('hex'));
    }),
  );
});

test('keeps every bit of a value', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      fc.pre(!Number.isNaN(value));
      const bits = new DataView(new ArrayBuffer(8));
      bits.setFloat64(0, value);
      expect(valueBits(point(value))).toBe(bits.getBigUint64(0));
    }),
  );
});

test("writes Prometheus' two NaNs", () => {
  expect(valueBits(point('stale'))).toBe(0x7ff0_0000_0000_0002n);
  expect(valueBits(point(Number.NaN))).toBe(0x7ff8_0000_0000_0001n);
  const negativeNaN = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0000n]).buffer)[0] ?? 0;
  expect(valueBits(point(negativeNaN))).toBe(0x7ff8_0000_0000_0001n);
});

test('an empty request is an empty message', () => {
  expect(v1.encode([]).bytes).toHaveLength(0);
});

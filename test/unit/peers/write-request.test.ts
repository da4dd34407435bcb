import fc from 'fast-check';
import {serialize} from 'prometheus-remote-write';
import {expect, test} from 'vitest';
import {decodeWriteRequest} from '../../peers/write-request.ts';
import {decodeRequestV2} from '../../peers/write-request-v2.ts';
import {WireError} from '../../peers/write-request-wire.ts';

interface Request {
  timeseries: {
    labels: {name: string; value: string}[];
    samples: {value: number; timestamp: number}[];
  }[];
}

async function encode(request: Request): Promise<Buffer> {
  // @ts-expect-error The package's types describe one series, the function takes a WriteRequest.
  return Buffer.from(await serialize(request));
}

test("decodes what prometheus-remote-write's serialize encodes", async () => {
  // The encoder asks its input's prototype.
  const plain = {noNullPrototype: true};
  const text = fc.string({unit: 'binary'});
  const label = fc.record({name: text, value: text}, plain);
  const sample = fc.record({value: fc.double(), timestamp: fc.maxSafeInteger()}, plain);
  const series = fc.record({labels: fc.array(label), samples: fc.array(sample)}, plain);
  await fc.assert(
    fc.asyncProperty(fc.array(series), async (timeseries) => {
      expect(decodeWriteRequest(await encode({timeseries}))).toEqual(
        timeseries.map(({labels, samples}) => ({
          labels: labels.map(({name, value}) => [name, value]),
          samples: samples.map(({value, timestamp}) => ({timestampMs: timestamp, value})),
        })),
      );
    }),
  );
});

test('tells the stale marker from any other NaN', () => {
  const request = (value: string) => Buffer.from(`0a0b120909${value}`, 'hex');
  expect(decodeWriteRequest(request('020000000000f07f'))[0]?.samples).toEqual([
    {timestampMs: 0, value: 'stale'},
  ]);
  expect(decodeWriteRequest(request('000000000000f87f'))[0]?.samples).toEqual([{timestampMs: 0, value: NaN}]);
});

test('decodes a request of 2.0 by its schema', () => {
  const request = [
    '2200' + '220161' + '220162' + '2202552e', // symbols '', 'a', 'b', 'U.'
    '2a22', // a series
    '0a020102', // of labels_refs [1, 2],
    '1214' + '090000000000000040' + '10ffffffffffffffffff01', // a sample of 2 at -1 ms,
    '2a06' + '0802' + '1803' + '2001', // and metadata: a gauge, help_ref 3, unit_ref 1
  ];
  expect(decodeRequestV2(Buffer.from(request.join(''), 'hex'))).toEqual({
    symbols: ['', 'a', 'b', 'U.'],
    timeseries: [
      {
        labelsRefs: [1, 2],
        samples: [{timestampMs: -1, value: 2}],
        metadata: {type: 2, helpRef: 3, unitRef: 1},
      },
    ],
  });
});

test.each([
  ['a message that ends early', '0a05', 'WriteRequest ends within a field'],
  ['a varint without an end', '0affffffffffffffffffff01', 'WriteRequest ends within a varint'],
  ['the reserved metadata field', '1a00', 'WriteRequest has an unknown field 3 (bytes)'],
  ['a histogram', '0a022200', 'TimeSeries has an unknown field 4 (bytes)'],
  ['a float where a double belongs', '0a0712050d0000803f', 'Sample has field 1 of wire type 5'],
  ['a timestamp of a fixed size', '0a0b1209110000000000000000', 'Sample has an unknown field 2 (fixed64)'],
  ['a start time', '0a0412021801', 'Sample has an unknown field 3 (varint)'],
  ['a label that is not UTF-8', '0a050a030a01ff', 'a string is not UTF-8'],
])('refuses %s', (_, hex, message) => {
  expect(() => decodeWriteRequest(Buffer.from(hex, 'hex'))).toThrow(message);
});

test.each([
  ['a field of 1.0', '0a00', 'Request has an unknown field 1 (bytes)'],
  ['a histogram', '2a021a00', 'TimeSeries has an unknown field 3 (bytes)'],
  ['references that are not packed', '2a020801', 'TimeSeries has an unknown field 1 (varint)'],
  ['a reference of more than 32 bits', '2a070a05ffffffff1f', 'labels_refs has a number of more than 32 bits'],
  ['a start time of a fixed size', '2a0b1209190000000000000000', 'Sample has an unknown field 3 (fixed64)'],
  ['an exemplar without a time', '2a0b2209110000000000000000', 'has no value or no timestamp'],
  ['metadata of another field', '2a042a021001', 'Metadata has an unknown field 2 (varint)'],
  ['a symbol that is not UTF-8', '2201ff', 'a string is not UTF-8'],
])('of 2.0, refuses %s', (_, hex, message) => {
  expect(() => decodeRequestV2(Buffer.from(hex, 'hex'))).toThrow(message);
});

test.each([
  ['1.0', decodeWriteRequest],
  ['2.0', decodeRequestV2],
])('any bytes are decoded or refused with a WireError by %s', (_, decode) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        decode(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});

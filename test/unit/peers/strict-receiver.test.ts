import {serialize} from 'prometheus-remote-write';
import {compress} from 'snappyjs';
import {describe, expect, onTestFinished, test} from 'vitest';
import {type AnswerToV2, type Flavour, startStrictReceiver} from '../../peers/strict-receiver.ts';
import {encodeRequestV2, type RequestV2} from '../remote-write/decode.ts';

type Labels = [name: string, value: string][];
type Samples = [timestampMs: number, value: number][];

const required = {
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'user-agent': 'test/1.0',
  'x-prometheus-remote-write-version': '0.1.0',
};

const requiredV2 = {
  ...required,
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'x-prometheus-remote-write-version': '2.0.0',
};

async function strictReceiver(flavour: Flavour = 'mimir', v2: AnswerToV2 = 'taken') {
  const receiver = await startStrictReceiver(flavour, {v2});
  onTestFinished(() => receiver.stop());
  const post = async (body: Uint8Array, headers: Record<string, string> = required) => {
    const response = await fetch(receiver.url, {method: 'POST', headers, body: Buffer.from(body)});
    const written = response.headers.get('x-prometheus-remote-write-samples-written');
    return {status: response.status, text: await response.text(), ...(written !== null && {written})};
  };
  const write = async (...series: [Labels, Samples][]) => post(compress(await encode(series)));
  const writeV2 = (request: RequestV2) => post(compress(encodeRequestV2(request)), requiredV2);
  return {...receiver, post, write, writeV2};
}

async function encode(series: [Labels, Samples][]): Promise<Uint8Array> {
  const timeseries = series.map(([labels, samples]) => ({
    labels: labels.map(([name, value]) => ({name, value})),
    samples: samples.map(([timestamp, value]) => ({timestamp, value})),
  }));
  // @ts-expect-error The package's types describe one series, the function takes a WriteRequest.
  return new Uint8Array(await serialize({timeseries}));
}

const ping: Labels = [
  ['__name__', 'ping'],
  ['job', 'speedtest'],
];

test('stores every sample of a request that keeps to the specification', async () => {
  const receiver = await strictReceiver();
  expect(
    await receiver.write(
      [
        ping,
        [
          [1_000, 1.5],
          [2_000, 2],
        ],
      ],
      [[['__name__', 'up']], [[1_000, 1]]],
    ),
  ).toEqual({
    status: 204,
    text: '',
  });
  expect(receiver.samples).toEqual([
    {labels: {__name__: 'ping', job: 'speedtest'}, timestampMs: 1_000, value: 1.5},
    {labels: {__name__: 'ping', job: 'speedtest'}, timestampMs: 2_000, value: 2},
    {labels: {__name__: 'up'}, timestampMs: 1_000, value: 1},
  ]);
  expect(receiver.violations).toEqual([]);
});

describe('refuses, with 400 and nothing stored,', () => {
  test.each([
    ['labels that are not sorted', [...ping].reverse(), [[1, 1]], 'label names are not sorted'],
    ['a repeated label', [...ping, ['job', 'other']], [[1, 1]], 'a label name is repeated'],
    ['an empty label value', [...ping, ['z', '']], [[1, 1]], 'label z is empty'],
    ['an empty label name', [['', 'a'], ...ping], [[1, 1]], 'label name "" is not valid'],
    [
      'a label name with a dash',
      [...ping, ['server-id', '1']],
      [[1, 1]],
      'label name "server-id" is not valid',
    ],
    ['no metric name', [['job', 'a']], [[1, 1]], '__name__ is missing'],
    [
      'a metric name that starts with a digit',
      [['__name__', '1x']],
      [[1, 1]],
      'metric name "1x" is not valid',
    ],
    ['a series without a sample', ping, [], 'there is no sample'],
    [
      'samples out of order',
      ping,
      [
        [2, 1],
        [1, 1],
      ],
      'a sample of 1 follows one of 2',
    ],
    [
      'two samples of one time',
      ping,
      [
        [2, 1],
        [2, 1],
      ],
      'a sample of 2 follows one of 2',
    ],
  ] satisfies [string, Labels, Samples, string][])('%s', async (_, labels, samples, violation) => {
    const receiver = await strictReceiver();
    const answer = await receiver.write([[['__name__', 'up']], [[1, 1]]], [labels, samples]);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(violation);
    expect(receiver.violations).toEqual([expect.stringContaining(violation)]);
    expect(receiver.samples).toEqual([]);
  });

  test.each([
    ['content-encoding', 'gzip'],
    ['content-type', 'application/x-protobuf;proto=io.prometheus.write.v3.Request'],
    ['user-agent', 'node'],
    ['x-prometheus-remote-write-version', '2.0.0'],
  ])('a %s of %s', async (name, value) => {
    const receiver = await strictReceiver();
    const body = compress(await encode([[ping, [[1, 1]]]]));
    expect((await receiver.post(body, {...required, [name]: value})).status).toBe(400);
    expect(receiver.violations).toEqual([expect.stringContaining(`header ${name} is "${value}"`)]);
  });

  test('a body that is not compressed, or in the framed format', async () => {
    const receiver = await strictReceiver();
    expect((await receiver.post(await encode([[ping, [[1, 1]]]]))).status).toBe(400);
    expect((await receiver.post(Buffer.from('ff060000734e61507059', 'hex'))).status).toBe(400);
    expect(receiver.violations).toEqual([
      expect.stringContaining('the body is no snappy-compressed message of 1.0'),
      'the body is in the framed snappy format',
    ]);
  });
});

test('across requests, an older sample is refused in the words of Mimir and the rest is stored', async () => {
  const receiver = await strictReceiver();
  await receiver.write([ping, [[1_000, 1]]]);
  const answer = await receiver.write([ping, [[0, 1]]], [[['__name__', 'up']], [[0, 1]]]);
  expect(answer).toEqual({status: 400, text: expect.stringContaining('(err-mimir-sample-out-of-order)')});
  expect(answer.text).toContain(
    'sample has timestamp 1970-01-01T00:00:00.000Z and is from series {__name__="ping", job="speedtest"}',
  );
  expect(receiver.samples.map(({labels}) => labels['__name__'])).toEqual(['ping', 'up']);
  expect(receiver.conflicts).toHaveLength(1);
  expect(receiver.violations).toEqual([]);
});

test('across requests, the newest sample may be repeated, but not with another value', async () => {
  const receiver = await strictReceiver();
  await receiver.write([ping, [[1_000, 1]]]);
  expect((await receiver.write([ping, [[1_000, 1]]])).status).toBe(204);
  expect(receiver.samples).toHaveLength(1);
  expect(receiver.arrived).toHaveLength(2);
  const answer = await receiver.write([ping, [[1_000, 2]]]);
  expect(answer).toEqual({
    status: 400,
    text: expect.stringContaining('(err-mimir-sample-duplicate-timestamp)'),
  });
});

test('Thanos answers 409 to both', async () => {
  const receiver = await strictReceiver('thanos');
  await receiver.write([ping, [[1_000, 1]]]);
  const outOfOrder = await receiver.write([ping, [[0, 1]]]);
  expect(outOfOrder).toEqual({status: 409, text: expect.stringContaining('out of order sample')});
  const duplicate = await receiver.write([ping, [[1_000, 2]]]);
  expect(duplicate).toEqual({status: 409, text: expect.stringContaining('duplicate sample for timestamp')});
});

test('is strict again after a fault', async () => {
  const receiver = await strictReceiver();
  receiver.behave({kind: 'status', reply: {status: 503}});
  expect((await receiver.write([ping, [[1_000, 1]]])).status).toBe(503);
  receiver.behave(receiver.strict);
  expect((await receiver.write([ping, [[1_000, 1]]])).status).toBe(204);
  expect(receiver.samples).toHaveLength(1);
});

describe('remote write 2.0', () => {
  const gauge = {type: 'METRIC_TYPE_GAUGE', help_ref: 5, unit_ref: 0};
  const samples = [{value: 1.5, timestamp: 1_000}];
  const request: RequestV2 = {
    symbols: ['', '__name__', 'ping', 'job', 'speedtest', 'Round trip.'],
    timeseries: [{labels_refs: [1, 2, 3, 4], samples, metadata: gauge}],
  };
  const withSeries = (changes: Partial<RequestV2['timeseries'][number]>): RequestV2 => ({
    ...request,
    timeseries: [{labels_refs: [1, 2, 3, 4], samples, metadata: gauge, ...changes}],
  });

  test('is stored and counted', async () => {
    const receiver = await strictReceiver();
    expect(await receiver.writeV2(request)).toEqual({status: 204, text: '', written: '1'});
    expect(receiver.samples).toEqual([
      {labels: {__name__: 'ping', job: 'speedtest'}, timestampMs: 1_000, value: 1.5},
    ]);
  });

  test.each<[string, RequestV2, string]>([
    [
      'no empty first symbol',
      {...request, symbols: request.symbols.slice(1)},
      'the first symbol is "__name__"',
    ],
    ['no symbols', {symbols: [], timeseries: []}, 'the first symbol is undefined'],
    ['a repeated symbol', {...request, symbols: [...request.symbols, 'ping']}, 'a symbol is repeated'],
    ['an unused symbol', {...request, symbols: [...request.symbols, 'x']}, 'symbol 6, "x", is not used'],
    ['a reference out of range', withSeries({labels_refs: [1, 6]}), 'there is no symbol 6'],
    [
      'a help out of range',
      withSeries({metadata: {...gauge, help_ref: 9}}),
      'there is no symbol 9, only 6 of them',
    ],
    ['an odd number of references', withSeries({labels_refs: [1, 2, 3]}), 'there are 3 references to labels'],
    [
      'no type',
      withSeries({metadata: {...gauge, type: 'METRIC_TYPE_UNSPECIFIED'}}),
      'a series is of unspecified type',
    ],
    ['labels that are not sorted', withSeries({labels_refs: [3, 4, 1, 2]}), 'label names are not sorted'],
    ['an empty label value', withSeries({labels_refs: [1, 2, 3, 0]}), 'label job is empty'],
    ['a series without a sample', withSeries({samples: []}), 'there is no sample'],
  ])('refuses %s', async (_, body, violation) => {
    const receiver = await strictReceiver();
    const answer = await receiver.writeV2(body);
    expect(answer).toMatchObject({status: 400, written: '0'});
    expect(answer.text).toContain(violation);
    expect(receiver.samples).toEqual([]);
  });

  test('refuses the headers of 1.0 with it', async () => {
    const receiver = await strictReceiver();
    const headers = {...requiredV2, 'x-prometheus-remote-write-version': '0.1.0'};
    expect((await receiver.post(compress(encodeRequestV2(request)), headers)).status).toBe(400);
    expect(receiver.violations).toEqual([
      expect.stringContaining('header x-prometheus-remote-write-version is "0.1.0"'),
    ]);
  });

  test('counts what it stored of a request that it refuses in part', async () => {
    const receiver = await strictReceiver();
    await receiver.write([ping, [[2_000, 1]]]);
    const up = {labels_refs: [1, 6], samples, metadata: gauge};
    const answer = await receiver.writeV2({
      symbols: [...request.symbols, 'up'],
      timeseries: [...request.timeseries, up],
    });
    expect(answer).toMatchObject({status: 400, written: '1'});
    expect(receiver.samples.map(({labels}) => labels['__name__'])).toEqual(['ping', 'up']);
  });

  test('is refused with 415, or read as nothing, by receivers of 1.0', async () => {
    const refusing = await strictReceiver('mimir', 'refused');
    expect(await refusing.writeV2(request)).toEqual({status: 415, text: 'unsupported protobuf message\n'});
    const misreading = await strictReceiver('mimir', 'misread');
    expect(await misreading.writeV2(request)).toEqual({status: 204, text: ''});
    for (const receiver of [refusing, misreading]) {
      expect(receiver.samples).toEqual([]);
      expect((await receiver.write([ping, [[1_000, 1]]])).status).toBe(204);
      expect(receiver.samples).toHaveLength(1);
    }
  });
});

import {uncompress} from 'snappyjs';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import type {HttpSettings} from '../../../src/delivery/http/settings.ts';
import type {LiveSeries} from '../../../src/delivery/sink.ts';
import type {Mapping} from '../../../src/metrics/map.ts';
import {type RemoteWriteSettings, remoteWriteSink} from '../../../src/remote-write/sink.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {describeSink} from '../../contract/sink.ts';
import {completedRow} from '../../fixtures/results.ts';
import {type AnswerToV2, type StoredSample, startStrictReceiver} from '../../peers/strict-receiver.ts';
import {decodeRequestV2, decodeWriteRequest} from './decode.ts';

const map: Mapping = ({id}) => [
  {name: 'speed_bits', help: 'Speed.', labels: [['isp', 'Example Net']], value: id + 0.5},
  {name: 'speed_success', help: 'Success.', labels: [], value: 1},
];
const labels = {job: 'speedtest', instance: 'home'};
const make = (http: HttpSettings, mapping = map) =>
  remoteWriteSink({name: 'mimir', http, labels}, mapping, '1.2.3');

const {signal} = new AbortController();
const rowAt = (id: number, endedAtMs: number) => ({...completedRow({endedAtMs}), id});
const httpTo = (url: string | URL): HttpSettings => ({url: new URL(url), timeoutMs: 20_000, headers: {}});

/** A sink and the receiver that it writes to; both end with the test. */
const sinkAndReceiver = async (
  {map: mapping = map, ...settings}: Partial<RemoteWriteSettings> & {map?: Mapping} = {},
  {
    v2 = 'taken',
    now,
  }: {
    v2?: AnswerToV2;
    now?: () => number;
  } = {},
) => {
  const receiver = await startStrictReceiver('mimir', {v2});
  const http = httpTo(receiver.url);
  const sink = remoteWriteSink({name: 'mimir', http, labels, ...settings}, mapping, '1.2.3', now);
  onTestFinished(async () => {
    await sink.close();
    await receiver.stop();
    expect(receiver.violations).toEqual([]);
  });
  return {sink, receiver};
};
const shown = (samples: readonly StoredSample[]): string[] =>
  samples.map(
    ({labels: {__name__, isp}, value, timestampMs}) => `${__name__} ${isp ?? '-'} ${value}@${timestampMs}`,
  );

describeSink('remote write', make);

describe('a request', () => {
  const rows = [rowAt(1, 2000), rowAt(2, 1000)];

  test('of 1.0', async () => {
    const server = await startHttpServer((response) => response.writeHead(204).end());
    const sink = make({
      url: new URL('/api/v1/push?tenant=a%20b', server.url),
      timeoutMs: 20_000,
      headers: {
        'X-Scope-OrgID': 'home',
        'content-encoding': 'gzip',
        'X-Prometheus-Remote-Write-Version': '2.0.0',
      },
    });
    const outcome = await sink.deliver(rows, signal);
    await sink.close();
    await server.stop();

    expect(outcome).toEqual({kind: 'accepted'});
    expect(sink).toMatchObject({name: 'mimir', backlog: 'every'});
    expect(server.requests).toHaveLength(1);
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/v1/push?tenant=a%20b',
      headers: {
        'content-encoding': 'snappy',
        'content-type': 'application/x-protobuf',
        'user-agent': 'speedtest-bridge/1.2.3',
        'x-prometheus-remote-write-version': '0.1.0',
        'x-scope-orgid': 'home',
      },
    });
    expect(decodeWriteRequest(uncompress(request?.body ?? Buffer.of()))).toEqual({
      timeseries: [
        {
          labels: [
            {name: '__name__', value: 'speed_bits'},
            {name: 'instance', value: 'home'},
            {name: 'isp', value: 'Example Net'},
            {name: 'job', value: 'speedtest'},
          ],
          samples: [
            {value: 2.5, timestamp: 1000},
            {value: 1.5, timestamp: 2000},
          ],
        },
        {
          labels: [
            {name: '__name__', value: 'speed_success'},
            {name: 'instance', value: 'home'},
            {name: 'job', value: 'speedtest'},
          ],
          samples: [
            {value: 1, timestamp: 1000},
            {value: 1, timestamp: 2000},
          ],
        },
      ],
    });
  });

  test('of 2.0', async () => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage: 'io.prometheus.write.v2.Request'});
    expect(await sink.deliver(rows, signal)).toEqual({kind: 'accepted'});
    expect(receiver.requests).toHaveLength(1);
    const [request] = receiver.requests;
    expect(request?.headers).toMatchObject({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
      'user-agent': 'speedtest-bridge/1.2.3',
      'x-prometheus-remote-write-version': '2.0.0',
    });
    const {symbols, timeseries} = decodeRequestV2(uncompress(request?.body ?? Buffer.of()));
    expect(timeseries.map(({metadata}) => [metadata.type, symbols[metadata.help_ref]])).toEqual([
      ['METRIC_TYPE_GAUGE', 'Speed.'],
      ['METRIC_TYPE_GAUGE', 'Success.'],
    ]);
    expect(receiver.samples).toEqual([
      ...[2.5, 1.5].map((value, index) => ({
        labels: {__name__: 'speed_bits', isp: 'Example Net', ...labels},
        timestampMs: 1000 * (index + 1),
        value,
      })),
      ...[1000, 2000].map((timestampMs) => ({
        labels: {__name__: 'speed_success', ...labels},
        timestampMs,
        value: 1,
      })),
    ]);
  });

  test('is not sent for rows without series', async () => {
    const {sink, receiver} = await sinkAndReceiver({relabel: () => undefined});
    expect(await sink.deliver([completedRow()], signal)).toEqual({kind: 'accepted'});
    expect(await sink.timeline?.repeat([completedRow()], [], 0, signal)).toEqual({kind: 'accepted'});
    expect(receiver.requests).toEqual([]);
  });

  test('has the labels that relabelling gives it', async () => {
    const {sink, receiver} = await sinkAndReceiver({
      relabel: (given) => (given.some(([name]) => name === 'isp') ? undefined : [...given, ['site', 'x']]),
    });
    await sink.deliver([rowAt(1, 1000)], signal);
    expect(receiver.samples.map((sample) => sample.labels)).toEqual([
      {__name__: 'speed_success', ...labels, site: 'x'},
    ]);
  });

  test('ends what is live and what its results do not have', async () => {
    const {sink, receiver} = await sinkAndReceiver({
      map: ({id}) => [{name: 'speed_bits', help: '', labels: [['isp', `${id}`]], value: id}],
    });
    let live: readonly LiveSeries[] = [];
    for (const rows of [[rowAt(1, 1000)], [rowAt(2, 2000), rowAt(3, 3000)]]) {
      const ready = sink.timeline?.prepare(rows, live, () => rows);
      expect(await ready?.send(signal)).toEqual({kind: 'accepted'});
      live = ready?.live ?? [];
    }
    expect(live).toEqual([{job: 'wan', lastSampleMs: 3000, series: sink.timeline?.seriesOf(rowAt(3, 3000))}]);
    expect(shown(receiver.samples)).toEqual([
      'speed_bits 1 1@1000',
      'speed_bits 2 2@2000',
      'speed_bits 2 stale@3000',
      'speed_bits 1 stale@2000',
      'speed_bits 3 3@3000',
    ]);
  });
});

describe.each(['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'] as const)('in %s', (message) => {
  test('series are repeated, and ended', async () => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage: message});
    const rows = [rowAt(1, 1000)];
    expect(await sink.deliver(rows, signal)).toEqual({kind: 'accepted'});
    const names = sink.timeline?.seriesOf(completedRow()) ?? [];
    expect(await sink.timeline?.repeat(rows, [], 60_000, signal)).toEqual({kind: 'accepted'});
    expect(await sink.timeline?.repeat([], names, 120_000, signal)).toEqual({kind: 'accepted'});
    expect(receiver.requests).toHaveLength(3);
    expect(shown(receiver.samples)).toEqual([
      'speed_bits Example Net 1.5@1000',
      'speed_success - 1@1000',
      'speed_bits Example Net 1.5@60000',
      'speed_success - 1@60000',
      'speed_bits Example Net stale@120000',
      'speed_success - stale@120000',
    ]);
  });

  test('a probe is a request that stores nothing', async () => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage: message});
    expect(await sink.probe(signal)).toEqual({kind: 'accepted'});
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.samples).toEqual([]);
  });
});

describe('of a receiver of 2.0', () => {
  const protobufMessage = 'io.prometheus.write.v2.Request';

  test('a batch that is made ready is read once more only for a version that was not foreseen', async () => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage}, {v2: 'refused', now: () => 0});
    const rows = [rowAt(1, 1000)];
    const again = vi.fn(() => rows);
    const [unforeseen, foreseen] = [
      sink.timeline?.prepare(rows, [], again),
      () => sink.timeline?.prepare([rowAt(2, 2000)], [], again),
    ];
    expect(await unforeseen?.send(signal)).toEqual({kind: 'accepted'});
    expect(again).toHaveBeenCalledTimes(1);
    expect(await foreseen()?.send(signal)).toEqual({kind: 'accepted'});
    expect(again).toHaveBeenCalledTimes(1);
    expect(shown(receiver.samples)).toEqual([
      'speed_bits Example Net 1.5@1000',
      'speed_success - 1@1000',
      'speed_bits Example Net 2.5@2000',
      'speed_success - 1@2000',
    ]);
  });

  test.each<AnswerToV2>(['refused', 'misread'])(
    'that is none, for there it is %s, 1.0 is used',
    async (v2) => {
      let nowMs = 0;
      const {sink, receiver} = await sinkAndReceiver({protobufMessage}, {v2, now: () => nowMs});
      for (const id of [1, 2]) {
        expect(await sink.deliver([rowAt(id, id * 1000)], signal)).toEqual({kind: 'accepted'});
      }
      nowMs += 60 * 60_000;
      expect(await sink.probe(signal)).toEqual({kind: 'accepted'});
      expect(receiver.requests.map(({headers}) => headers['x-prometheus-remote-write-version'])).toEqual([
        '2.0.0',
        '0.1.0',
        '0.1.0',
        '2.0.0',
        '0.1.0',
      ]);
      expect(shown(receiver.samples)).toEqual([
        'speed_bits Example Net 1.5@1000',
        'speed_success - 1@1000',
        'speed_bits Example Net 2.5@2000',
        'speed_success - 1@2000',
      ]);
    },
  );

  test.each([
    ['2', {}],
    ['1', {unwritten: 1}],
    ['0', {unwritten: 2}],
    ['3', {}],
  ])('that says it wrote %s of 2 samples, what is missing is told', async (count, expected) => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage});
    const headers = {'X-Prometheus-Remote-Write-Samples-Written': count};
    receiver.behave({kind: 'status', reply: {status: 204, headers}});
    expect(await sink.deliver([rowAt(1, 1000)], signal)).toEqual({kind: 'accepted', ...expected});
  });

  test('a rejection is the verdict, whatever it wrote', async () => {
    const {sink, receiver} = await sinkAndReceiver({protobufMessage});
    const headers = {'X-Prometheus-Remote-Write-Samples-Written': '1'};
    receiver.behave({kind: 'status', reply: {status: 400, headers, body: 'too old'}});
    expect(await sink.deliver([rowAt(1, 1000)], signal)).toEqual({
      kind: 'rejected',
      status: 400,
      unwritten: 1,
      cause: 'HTTP 400 Bad Request: too old',
    });
    expect(receiver.requests).toHaveLength(1);
  });

  test('an abort between the two versions ends the attempt', async () => {
    const abort = new AbortController();
    const reason = new Error('stopping');
    const {sink, receiver} = await sinkAndReceiver({protobufMessage});
    receiver.behave({
      kind: 'judge',
      judge: () => {
        abort.abort(reason);
        return {status: 415};
      },
    });
    await expect(sink.deliver([rowAt(1, 1000)], abort.signal)).rejects.toBe(reason);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('over several connections', () => {
  /** Four series of 600 results each: enough for two requests. */
  const wide: Mapping = ({id}) =>
    ['a', 'b', 'c', 'd'].map((name) => ({name, help: '', labels: [], value: id}));
  const rows = Array.from({length: 600}, (_, index) => rowAt(index + 1, 1000 * (index + 1)));
  const namesIn = (body: Buffer): readonly (string | undefined)[] =>
    decodeWriteRequest(uncompress(body)).timeseries.map(({labels: [first]}) => first?.value);

  test('a backlog goes in requests of different series, and only what was not taken goes again', async () => {
    const requests: (readonly (string | undefined)[])[] = [];
    let atOnce = 0;
    let busiest = 0;
    const server = await startHttpServer((response, {body}) => {
      const names = namesIn(body);
      requests.push(names);
      atOnce += 1;
      busiest = Math.max(busiest, atOnce);
      const isFirstOfB = names.includes('b') && requests.filter((each) => each.includes('b')).length === 1;
      // Not before the other one has come too.
      const answer = (): void => {
        if (busiest < 2) {
          setImmediate(answer);
          return;
        }
        atOnce -= 1;
        response.writeHead(isFirstOfB ? 503 : 204).end();
      };
      answer();
    });
    const sink = remoteWriteSink(
      {name: 'vm', http: httpTo(server.url), labels, connections: 4},
      wide,
      '1.2.3',
    );
    onTestFinished(async () => {
      await sink.close();
      await server.stop();
    });
    const ready = sink.timeline?.prepare(rows, [], () => rows);
    expect(await ready?.send(signal)).toMatchObject({kind: 'retry', cause: expect.stringMatching(/503/)});
    expect(requests.toSorted()).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(ready?.isBegun()).toBe(true);
    expect(await ready?.send(signal)).toEqual({kind: 'accepted'});
    expect(requests.slice(2)).toEqual([['a', 'b']]);
  });

  test('what was refused is not sent again with what had no verdict', async () => {
    const requests: (readonly (string | undefined)[])[] = [];
    const server = await startHttpServer((response, {body}) => {
      const names = namesIn(body);
      const isFirst = requests.filter((each) => each.includes(names[0])).length === 0;
      requests.push(names);
      const status = names.includes('a') ? 400 : isFirst ? 503 : 204;
      response.writeHead(status).end();
    });
    const http = httpTo(server.url);
    const sink = remoteWriteSink({name: 'vm', http, labels, connections: 4}, wide, '1.2.3');
    onTestFinished(async () => {
      await sink.close();
      await server.stop();
    });
    const ready = sink.timeline?.prepare(rows, [], () => rows);
    expect(await ready?.send(signal)).toMatchObject({kind: 'retry'});
    expect(await ready?.send(signal)).toMatchObject({kind: 'rejected', status: 400});
    expect(requests.slice(2)).toEqual([['c', 'd']]);
  });
});

import {uncompress} from 'snappyjs';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import type {HttpSettings} from '../../src/delivery/http/settings.ts';
import type {Outcome} from '../../src/delivery/sink.ts';
import type {ProtobufMessage} from '../../src/remote-write/protocol.ts';
import {type AnswerToV2, startStrictReceiver} from '../peers/strict-receiver.ts';
import {parseRemoteWrite} from '../peers/strict-receiver-rules.ts';
import {decodeRequestV2} from '../peers/write-request-v2.ts';

/** A series' value at the time of its result or scrape. */
export interface Given {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** A sender that runs. */
export interface Sender {
  /** All that there is at a time, Unix milliseconds: a series that was there before and is not any more has ended. */
  give(timeMs: number, samples: readonly Given[]): void;
  /** Whether nothing is left to be sent. */
  isDone(): boolean;
  /** What became of each attempt so far. */
  outcomes(): readonly Outcome[];
  stop(): Promise<void>;
}

export interface SenderSettings {
  readonly http: HttpSettings;
  readonly protobufMessage: ProtobufMessage;
  readonly minBackoffMs: number;
}

const nowMs = 1_790_000_000_000;
const one: Given = {name: 'up', labels: [], value: 1};
const versions = [
  {version: '1.0', protobufMessage: 'prometheus.WriteRequest'},
  {version: '2.0', protobufMessage: 'io.prometheus.write.v2.Request'},
] as const;

/**
 * Every MUST and SHOULD that the two specifications have for a sender, by their sections:
 * https://prometheus.io/docs/specs/prw/remote_write_spec/ and https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 *
 * What holds for every request (method, headers, snappy's block format, the schema, symbols, metadata, labels that are
 * complete, sorted, unique, not empty and of valid names, order in a request) the strict receiver checks in all of them.
 * "Metadata" of other types, "Exemplars" and `start_timestamp` of 2.0 are for what a sender has of them: see its own tests.
 *
 * One MUST of 1.0 is kept as Prometheus 3 keeps it: names of other characters than ASCII's letters, digits and `_` ("Labels")
 * are not made up by the sender, but they are sent on where a scraped page has them, as 2.0 allows.
 */
export const describeSender = (name: string, start: (settings: SenderSettings) => Sender): void => {
  const run = async (
    protobufMessage: ProtobufMessage,
    {
      v2 = 'taken',
      headers = {},
      minBackoffMs = 1,
    }: {v2?: AnswerToV2; headers?: HttpSettings['headers']; minBackoffMs?: number} = {},
  ) => {
    const receiver = await startStrictReceiver('mimir', {v2});
    const url = new URL('/some/path?tenant=example', receiver.url);
    const sender = start({http: {url, timeoutMs: 20_000, headers}, protobufMessage, minBackoffMs});
    onTestFinished(async () => {
      await sender.stop();
      await receiver.stop();
      expect(receiver.violations).toEqual([]);
    });
    const eventually = (check: () => void) => vi.waitFor(check, {timeout: 9000, interval: 5});
    const done = () => eventually(() => expect(sender.isDone()).toBe(true));
    const give = async (timeMs: number, ...samples: readonly Given[]): Promise<void> => {
      sender.give(timeMs, samples);
      await done();
    };
    const values = (series: string) =>
      receiver.samples.filter(({labels}) => labels['__name__'] === series).map(({value}) => value);
    return {receiver, sender, give, done, eventually, values};
  };

  describe.each(versions)(`${name}, remote write $version`, ({version, protobufMessage}) => {
    test('"Protocol": a POST to the given path and query, with the reserved headers, whatever others are configured', async () => {
      const {receiver, give} = await run(protobufMessage, {
        headers: {
          'Content-Encoding': 'gzip',
          'user-agent': 'x',
          'Content-Type': 'text/plain',
          'X-Prometheus-Remote-Write-Version': '9',
          'X-Scope-OrgID': 'home',
        },
      });
      await give(nowMs, one);
      expect(receiver.requests[0]).toMatchObject({
        method: 'POST',
        path: '/some/path?tenant=example',
        headers: {
          'content-encoding': 'snappy',
          'content-type': {
            '1.0': 'application/x-protobuf',
            '2.0': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
          }[version],
          'user-agent': expect.stringMatching(/^speedtest-bridge\/\S+$/),
          'x-prometheus-remote-write-version': {'1.0': '0.1.0', '2.0': '2.0.0'}[version],
          'x-scope-orgid': 'home',
        },
      });
    });

    test('"Protocol": timestamps are int64 milliseconds, of 0 and of the far future too; values are float64', async () => {
      const {receiver, give} = await run(protobufMessage);
      const times = [0, 1, nowMs, nowMs + 1, nowMs + 2, 4_398_046_511_104, 8_000_000_000_000];
      const values = [5e-324, -0, Number.NaN, Number.POSITIVE_INFINITY, 0.1 + 0.2, Number.MAX_VALUE, -1.5];
      for (const [index, timeMs] of times.entries()) await give(timeMs, {...one, value: values[index] ?? 0});
      expect(receiver.samples.map(({timestampMs}) => timestampMs)).toEqual(times);
      expect(receiver.samples.map(({value}) => value)).toEqual(values);
    });

    test('"Protocol": the body of an answer means nothing', async () => {
      const {receiver, give, sender, values} = await run(protobufMessage);
      receiver.behave({
        kind: 'judge',
        judge: () => ({
          status: 200,
          body: 'out of order, try again',
          headers: {'x-prometheus-remote-write-samples-written': '1'},
        }),
      });
      await give(nowMs, one);
      receiver.behave(receiver.strict);
      await give(nowMs + 1, one);
      expect(sender.outcomes()).toEqual([{kind: 'accepted'}, {kind: 'accepted'}]);
      expect(values('up')).toEqual([1]);
    });

    test('"Labels": all of them with each sample, sorted, none empty, none reserved; however many, long and odd', async () => {
      const {receiver, give} = await run(protobufMessage);
      const many = Array.from(
        {length: 300},
        (_, index) => [`label_${String(index).padStart(3, '0')}`, `${index}`] as const,
      );
      const long = ['long', 'ä€😀\n"\\'.repeat(10_000)] as const;
      for (const timeMs of [nowMs, nowMs + 1, nowMs + 2])
        await give(
          timeMs,
          {...one, labels: [...many, long]},
          {
            name: 'b:c',
            labels: [
              ['Z', ' '],
              ['a', '\u0000'],
            ],
            value: 2,
          },
        );
      expect(receiver.samples).toHaveLength(6);
      expect(receiver.samples[5]?.labels).toEqual({__name__: 'b:c', Z: ' ', a: '\u0000', site: 'home'});
      expect(receiver.samples[4]?.labels).toEqual({
        __name__: 'up',
        ...Object.fromEntries(many),
        long: long[1],
        site: 'home',
      });
    });

    test('"Labels": the words of a refusal are not interpreted, and logged as they are', async () => {
      const {receiver, give, sender} = await run(protobufMessage);
      receiver.behave({
        kind: 'status',
        reply: {
          status: 400,
          body: 'temporary: please retry',
          headers: {'x-prometheus-remote-write-samples-written': '0'},
        },
      });
      await give(nowMs, one);
      expect(sender.outcomes()).toMatchObject([
        {kind: 'rejected', cause: 'HTTP 400 Bad Request: temporary: please retry'},
      ]);
      expect(receiver.requests).toHaveLength(1);
    });

    test.each([400, 401, 403, 404, 409, 413, 422])(
      '"Retries & Backoff": never again after %i, and what is behind it goes on',
      async (status) => {
        const {receiver, give, values} = await run(protobufMessage);
        const headers = {'x-prometheus-remote-write-samples-written': '0'};
        receiver.behave({kind: 'status', reply: {status, headers}});
        await give(nowMs, {...one, value: 1});
        receiver.behave(receiver.strict);
        await give(nowMs + 1, {...one, value: 2});
        expect(receiver.requests).toHaveLength(2);
        expect(values('up')).toEqual([2]);
      },
    );

    test.each([500, 502, 503, 504, 429])(
      '"Retries & Backoff": again after %i, with a backoff, and the same',
      async (status) => {
        const {receiver, sender, done, eventually, values} = await run(protobufMessage, {minBackoffMs: 20});
        const startedMs = performance.now();
        receiver.behave({kind: 'status', reply: {status, body: 'later'}});
        sender.give(nowMs, [one]);
        await eventually(() => expect(receiver.requests.length).toBeGreaterThan(2));
        // Two waits of 20 ms or more each.
        expect(performance.now() - startedMs).toBeGreaterThanOrEqual(40);
        receiver.behave(receiver.strict);
        await done();
        expect(values('up')).toEqual([1]);
        const bodies = new Set(
          receiver.requests.map(({body}) => Buffer.from(uncompress(body)).toString('latin1')),
        );
        expect(bodies.size).toBe(1);
      },
    );

    test('"Retries & Backoff": Retry-After is kept to', async () => {
      const {receiver, sender, done, eventually} = await run(protobufMessage);
      const reply = {status: 503, headers: {'retry-after': '1'}};
      receiver.behave({kind: 'status', reply});
      const startedMs = performance.now();
      sender.give(nowMs, [one]);
      await eventually(() => expect(receiver.requests).toHaveLength(1));
      receiver.behave(receiver.strict);
      await done();
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1000);
    });

    test('"Ordering": the samples of a series come in the order of their times, through failures and in a backlog', async () => {
      const {receiver, sender, done, eventually} = await run(protobufMessage);
      receiver.behave({kind: 'status', reply: {status: 500}});
      for (let index = 0; index < 40; index += 1) {
        sender.give(nowMs + index * 1000, [
          {...one, value: index},
          {name: 'other', labels: [], value: -index},
        ]);
        if (index === 0) await eventually(() => expect(receiver.requests.length).toBeGreaterThan(1));
        if (index === 20) receiver.behave(receiver.strict);
      }
      await done();
      expect(receiver.conflicts).toEqual([]);
      for (const series of ['up', 'other']) {
        const found = receiver.samples.filter(({labels}) => labels['__name__'] === series);
        expect(found.map(({timestampMs}) => timestampMs)).toEqual(
          Array.from({length: 40}, (_, index) => nowMs + index * 1000),
        );
      }
    });

    test('"Stale Markers": one for a series that has ended, and no other value is it', async () => {
      const {give, values} = await run(protobufMessage);
      await give(nowMs, one, {name: 'gone', labels: [], value: Number.NaN});
      await give(nowMs + 1000, one);
      await give(nowMs + 2000, one);
      expect(values('gone')).toEqual([Number.NaN, 'stale']);
      expect(values('up')).toEqual([1, 1, 1]);
    });
  });

  describe(`${name}, remote write 2.0 alone`, () => {
    const {protobufMessage} = versions[1];

    test('"Symbols", "Metadata": the empty string first, each once; type and help with every series', async () => {
      const {receiver, give} = await run(protobufMessage);
      for (const timeMs of [nowMs, nowMs + 1, nowMs + 2])
        await give(timeMs, one, {name: 'b', labels: [['a', 'up']], value: 1});
      for (const {body} of receiver.requests) {
        const {symbols, timeseries} = decodeRequestV2(Buffer.from(uncompress(body)));
        expect(symbols[0]).toBe('');
        expect(new Set(symbols).size).toBe(symbols.length);
        for (const {metadata, samples} of timeseries) {
          expect(samples).toHaveLength(1);
          expect(metadata?.type).toBe(2);
          expect(symbols[metadata?.helpRef ?? 0]).toMatch(/^Help of /);
        }
      }
    });

    test.each([
      ['"Unsupported Request Content": 415', 'refused'],
      ['"Required Written Response Headers": a success without any count', 'misread'],
    ] as const)('%s means a receiver of 1.0 alone, which gets the same in 1.0', async (_, v2) => {
      const {receiver, give, values} = await run(protobufMessage, {v2});
      for (const timeMs of [nowMs, nowMs + 1, nowMs + 2]) await give(timeMs, one);
      expect(values('up')).toEqual([1, 1, 1]);
      expect(receiver.requests.map(({headers}) => headers['x-prometheus-remote-write-version'])).toEqual([
        '2.0.0',
        '0.1.0',
        '0.1.0',
        '0.1.0',
      ]);
    });

    test('"Unsupported Request Content": a 400 without a count may be of a receiver of 1.0', async () => {
      const {receiver, give, sender} = await run(protobufMessage);
      receiver.behave({
        kind: 'judge',
        judge: ({headers}) => ({
          status: headers['x-prometheus-remote-write-version'] === '2.0.0' ? 400 : 204,
        }),
      });
      await give(nowMs, one);
      expect(receiver.requests).toHaveLength(2);
      expect(sender.outcomes()).toEqual([{kind: 'accepted'}]);
    });

    test('"Required Written Response Headers": the version in an answer means nothing', async () => {
      const {receiver, give} = await run(protobufMessage);
      receiver.behave({
        kind: 'judge',
        judge: () => ({
          status: 204,
          headers: {
            'x-prometheus-remote-write-version': '0.1.0',
            'x-prometheus-remote-write-samples-written': '1',
          },
        }),
      });
      for (const timeMs of [nowMs, nowMs + 1]) await give(timeMs, one);
      expect(receiver.requests.map(({headers}) => headers['x-prometheus-remote-write-version'])).toEqual([
        '2.0.0',
        '2.0.0',
      ]);
    });

    test('"Partial Write": what a receiver left out is known, and not sent again', async () => {
      const {receiver, give, sender, values} = await run(protobufMessage);
      await give(nowMs + 1000, one);
      await give(nowMs, one, {name: 'b', labels: [], value: 2});
      expect(values('b')).toEqual([2]);
      expect(receiver.conflicts).toHaveLength(1);
      expect(sender.outcomes().at(-1)).toMatchObject({kind: 'rejected', unwritten: 1});
    });

    test('"Retries on Partial Writes": the whole request again after a 5xx', async () => {
      const {receiver, sender, done, eventually} = await run(protobufMessage);
      receiver.behave({
        kind: 'status',
        reply: {status: 500, headers: {'x-prometheus-remote-write-samples-written': '1'}},
      });
      sender.give(nowMs, [one, {name: 'b', labels: [], value: 2}]);
      await eventually(() => expect(receiver.requests.length).toBeGreaterThan(1));
      receiver.behave(receiver.strict);
      await done();
      const parsed = parseRemoteWrite(receiver.requests.at(-1) ?? expect.unreachable());
      expect('series' in parsed ? parsed.series.length : parsed.violations).toBe(2);
    });
  });
};

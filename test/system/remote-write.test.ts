import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {uncompress} from 'snappyjs';
import {afterAll, beforeAll, describe, expect, it, onTestFinished, vi} from 'vitest';
import type {ProtobufMessage} from '../../src/remote-write/protocol.ts';
import {remoteWriteSink} from '../../src/remote-write/sink.ts';
import {documentedMapping} from '../fixtures/documented-mapping.ts';
import {completedRow, failedRow} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {type Prometheus, startPrometheus} from '../peers/prometheus.ts';
import {startServer} from '../peers/server.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {startVictoriaMetrics, type VictoriaMetrics} from '../peers/victoria-metrics.ts';
import {decodeRequestV2} from '../peers/write-request-v2.ts';

const messages = ['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'] as const;

/** A sink whose series have `instance` as the label of that name; it is closed with the running test. */
const sinkTo = (receiverUrl: string, instance: string, protobufMessage: ProtobufMessage) => {
  const http = {url: new URL(`${receiverUrl}/api/v1/write`), timeoutMs: 20_000, headers: {}};
  const labels = {job: 'speedtest', instance};
  const sink = remoteWriteSink({name: 'peer', http, labels, protobufMessage}, documentedMapping, '1.2.3');
  onTestFinished(() => sink.close());
  return sink;
};

const accepted = {kind: 'accepted'};
const {signal} = new AbortController();

describe.each(messages)('a real Prometheus takes %s', (message) => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus();
  });
  afterAll(() => prometheus?.stop());

  const ping = 'speedtest_tracker_ping';
  const success = 'speedtest_tracker_success';
  const valuesAt = async (selector: string, timeMs: number): Promise<string[]> =>
    (await prometheus.query(selector, timeMs)).flatMap(({samples}) => samples.map(([, value]) => value));

  it('with each sample at the time of its test, and the end of each series', async () => {
    const nowMs = Date.now();
    const first = {...completedRow({endedAtMs: nowMs - 60_000}), id: 1};
    const second = {...failedRow({endedAtMs: nowMs - 30_000}), id: 2};
    const {timeline} = sinkTo(prometheus.url, 'live', message);
    const ready = timeline?.prepare([first], [], () => [first]);
    expect(await ready?.send(signal)).toEqual(accepted);
    expect(await timeline?.prepare([second], ready?.live ?? [], () => [second]).send(signal)).toEqual(
      accepted,
    );

    const stored = await prometheus.samples(`${ping}{instance="live"}`, nowMs - 120_000, nowMs);
    expect(stored).toEqual([
      {
        labels: expect.objectContaining({__name__: ping, job: 'speedtest', status: 'completed'}),
        samples: [[nowMs - 60_000, '11.25']],
      },
    ]);
    expect(await prometheus.series('{instance="live"}', nowMs - 120_000, nowMs)).toHaveLength(
      documentedMapping(first).length + documentedMapping(second).length,
    );
    expect(await valuesAt(`${ping}{instance="live"}`, nowMs - 30_001)).toEqual(['11.25']);
    expect(await valuesAt(`${ping}{instance="live"}`, nowMs - 30_000)).toEqual([]);
    // The labels have changed with the status, so it is another series: the old one would be seen for 5 minutes.
    expect(await valuesAt(`${success}{instance="live"}`, nowMs - 30_001)).toEqual(['1']);
    expect(await valuesAt(`${success}{instance="live"}`, nowMs - 30_000)).toEqual(['0']);
  });

  it('for a whole backlog at once', async () => {
    const nowMs = Date.now();
    const rows = [50, 40, 30, 20].map((ago, index) => {
      const endedAtMs = nowMs - ago * 1000;
      return {...(index === 2 ? failedRow({endedAtMs}) : completedRow({endedAtMs})), id: index + 1};
    });
    expect(await sinkTo(prometheus.url, 'backlog', message).deliver(rows, signal)).toEqual(accepted);
    const selector = `${ping}{instance="backlog"}`;
    const [series] = await prometheus.samples(selector, nowMs - 60_000, nowMs);
    expect(series?.samples.map(([timeMs]) => timeMs - nowMs)).toEqual([-50_000, -40_000, -20_000]);
    expect(await valuesAt(selector, nowMs - 30_001)).toEqual(['11.25']);
    expect(await valuesAt(selector, nowMs - 30_000)).toEqual([]);
    expect(await valuesAt(selector, nowMs - 20_000)).toEqual(['11.25']);
  });

  it('again and again, until it is told the end', async () => {
    const nowMs = Date.now();
    const rows = [completedRow({endedAtMs: nowMs - 40_000})];
    const sink = sinkTo(prometheus.url, 'repeated', message);
    expect(await sink.deliver(rows, signal)).toEqual(accepted);
    expect(await sink.timeline?.repeat(rows, [], nowMs - 20_000, signal)).toEqual(accepted);
    const names = rows.flatMap((row) => sink.timeline?.seriesOf(row) ?? []);
    expect(await sink.timeline?.repeat([], names, nowMs - 10_000, signal)).toEqual(accepted);
    const selector = `${ping}{instance="repeated"}`;
    expect(await prometheus.samples(selector, nowMs - 60_000, nowMs)).toMatchObject([
      {
        samples: [
          [nowMs - 40_000, '11.25'],
          [nowMs - 20_000, '11.25'],
        ],
      },
    ]);
    expect(await valuesAt(selector, nowMs - 10_001)).toEqual(['11.25']);
    expect(await valuesAt(selector, nowMs - 10_000)).toEqual([]);
  });

  it('and a probe, which stores nothing', async () => {
    expect(await sinkTo(prometheus.url, 'probe', message).probe(signal)).toEqual(accepted);
    expect(await prometheus.query('{instance="probe"}')).toEqual([]);
  });

  it('but not what is too old', async () => {
    const sink = sinkTo(prometheus.url, 'old', message);
    const nowMs = Date.now();
    expect(await sink.deliver([completedRow({endedAtMs: nowMs})], signal)).toEqual(accepted);
    expect(await sink.deliver([completedRow({endedAtMs: nowMs - 1000})], signal)).toMatchObject({
      kind: 'rejected',
      status: 400,
      cause: expect.stringContaining('HTTP 400 Bad Request: out of order sample'),
    });
  });
});

// Its API shows only the metadata of what it scrapes, but it passes on what it was sent.
it('a real Prometheus has the help of what it took in 2.0', async () => {
  const downstream = await startStrictReceiver();
  onTestFinished(() => downstream.stop());
  const folder = temporaryFolder();
  const config = join(folder, 'prometheus.yml');
  const queue = {batch_send_deadline: '100ms', min_shards: 1, max_shards: 1};
  const remoteWrite = {
    url: downstream.url,
    protobuf_message: 'io.prometheus.write.v2.Request',
    queue_config: queue,
  };
  writeFileSync(config, JSON.stringify({remote_write: [remoteWrite]}));
  const prometheus = await startServer({
    program: 'prometheus',
    args: (address) => [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
      '--enable-feature=metadata-wal-records',
    ],
    readyPath: '/-/ready',
  });
  onTestFinished(() => prometheus.stop());

  const sink = sinkTo(prometheus.url, 'metadata', 'io.prometheus.write.v2.Request');
  const row = completedRow({endedAtMs: Date.now()});
  expect(await sink.deliver([row], signal)).toEqual(accepted);
  await vi.waitFor(() => expect(downstream.samples).toHaveLength(documentedMapping(row).length), {
    timeout: 60_000,
  });
  const passedOn = downstream.requests.flatMap(({body}) => {
    const {symbols, timeseries} = decodeRequestV2(Buffer.from(uncompress(body)));
    return timeseries.map(({labelsRefs, metadata}) => ({
      name: symbols[labelsRefs[labelsRefs.findIndex((ref) => symbols[ref] === '__name__') + 1] ?? 0],
      type: metadata?.type,
      help: symbols[metadata?.helpRef ?? 0],
    }));
  });
  const byName = (a: {name?: string | undefined}, b: {name?: string | undefined}) =>
    (a.name ?? '') < (b.name ?? '') ? -1 : 1;
  expect(passedOn.sort(byName)).toEqual(
    documentedMapping(row)
      .map(({name, help}) => ({name, type: name.endsWith('_info') ? 6 : 2, help}))
      .sort(byName),
  );
  expect(downstream.violations).toEqual([]);
});

describe.each(messages)('a real VictoriaMetrics takes all of it where %s is wanted', (message) => {
  let victoriaMetrics: VictoriaMetrics;
  beforeAll(async () => {
    victoriaMetrics = await startVictoriaMetrics();
  });
  afterAll(() => victoriaMetrics?.stop());

  it('of any age, with the end of each series', async () => {
    const rows = [
      {...completedRow({endedAtMs: 1_600_000_000_000}), id: 1},
      {...failedRow({endedAtMs: 1_600_000_060_000}), id: 2},
    ];
    // It does not speak 2.0, but reads such a request as an empty one and says yes to it.
    expect(await sinkTo(victoriaMetrics.url, 'live', message).deliver(rows, signal)).toEqual(accepted);
    expect(await victoriaMetrics.export('speedtest_tracker_ping')).toEqual([
      {
        labels: expect.objectContaining({instance: 'live', job: 'speedtest', isp: 'Example Net'}),
        samples: [
          [1_600_000_000_000, 11.25],
          [1_600_000_060_000, null],
        ],
      },
    ]);
    expect(await victoriaMetrics.export('{instance="live"}')).toHaveLength(
      rows.flatMap(documentedMapping).length,
    );
  });
});

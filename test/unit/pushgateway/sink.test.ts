import {expect, test} from 'vitest';
import {createHttpClient} from '../../../src/delivery/http/client.ts';
import type {HttpSettings} from '../../../src/delivery/http/settings.ts';
import type {JournalRow} from '../../../src/journal/row.ts';
import type {Mapping} from '../../../src/metrics/map.ts';
import {pushgatewaySink} from '../../../src/pushgateway/sink.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {describeSink} from '../../contract/sink.ts';
import {completedRow, failedRow} from '../../fixtures/results.ts';

const map: Mapping = ({id, result}) => [
  {name: 'speed_bits', help: 'Speed.', labels: [['line', result.job]], value: id + 0.5},
];
const make = (http: HttpSettings, mapping = map) =>
  pushgatewaySink(
    {name: 'gateway', url: http.url, job: 'speedtest', groupingKey: {instance: 'home/1'}},
    createHttpClient(http),
    mapping,
    '1.2.3',
  );

describeSink('pushgateway', make);

/** What a Pushgateway below `/prefix` receives when a batch is delivered. */
const received = async (batch: readonly JournalRow[], mapping?: Mapping) => {
  const server = await startHttpServer((response) => response.end());
  const sink = make({url: new URL('/prefix/', server.url), timeoutMs: 20_000, headers: {}}, mapping);
  expect(await sink.deliver(batch, new AbortController().signal)).toEqual({kind: 'accepted'});
  await sink.close();
  await server.stop();
  expect(server.requests).toHaveLength(1);
  return server.requests.map(({body, ...request}) => ({...request, body: body.toString()}))[0];
};

test('puts the whole group in text', async () => {
  expect(await received([completedRow()])).toMatchObject({
    method: 'PUT',
    path: '/prefix/metrics/job/speedtest/instance@base64/aG9tZS8x',
    headers: {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'user-agent': 'speedtest-bridge/1.2.3',
    },
    body: '# HELP speed_bits Speed.\n# TYPE speed_bits gauge\nspeed_bits{line="wan"} 7.5\n',
  });
});

test('of a batch, pushes the last row of each job', async () => {
  const rows = [completedRow({job: 'lan'}), completedRow(), failedRow()];
  const request = await received(rows);
  expect(request?.body.split('\n').filter((line) => line.startsWith('speed_bits'))).toEqual([
    'speed_bits{line="lan"} 7.5',
    'speed_bits{line="wan"} 8.5',
  ]);
});

test('is for the newest result only', () => {
  const http = {url: new URL('http://127.0.0.1:9091'), timeoutMs: 1000, headers: {}};
  expect(make(http)).toMatchObject({name: 'gateway', backlog: 'latest'});
});

test('probes whether the gateway is ready, without a push', async () => {
  const server = await startHttpServer((response) => response.end());
  const sink = make({url: new URL('/prefix/', server.url), timeoutMs: 20_000, headers: {}});
  expect(await sink.probe(new AbortController().signal)).toEqual({kind: 'accepted'});
  await sink.close();
  await server.stop();
  expect(server.requests).toMatchObject([{method: 'GET', path: '/prefix/-/ready'}]);
});

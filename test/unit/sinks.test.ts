import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import type {Labels} from '../../src/metrics/sample.ts';
import {mappingOf} from '../../src/outputs.ts';
import {createLayout} from '../../src/scrape/layout.ts';
import {createDestinations} from '../../src/sinks.ts';
import {startHttpServer} from '../contract/http-server.ts';
import {completedRow} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {gauge} from './forwarding/blocks.ts';

const hourMs = 3_600_000;

/** The only destination of a configuration. */
const destinationOf = (configuration: object) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  writeFileSync(file, JSON.stringify(configuration));
  const config = loadConfig({file, flags: {}, env: {}});
  const [destination] = createDestinations(config, mappingOf(config), '0.0.0');
  onTestFinished(() => destination?.sink.close());
  return destination;
};

it("a tracker's results are shown for three times as long as it takes to test again", () => {
  const configuration = {
    jobs: [{name: 'wan', schedule: '0 * * * *', timezone: 'UTC', engines: ['embedded'], timeout: '1m'}],
    tracker: {url: 'http://127.0.0.1:9', token: 'a', job: 'home', interval: '6h'},
    remote_write: [{url: 'http://127.0.0.1:9/'}],
  };
  const destination = destinationOf(configuration);
  const endedAtMs = Date.parse('2026-03-01T00:00:10Z');
  const lapse = (job: string) => destination?.repeat?.lapsesAtMs(job, endedAtMs);
  expect(lapse('home')).toBe(endedAtMs + 18 * hourMs);
  expect(lapse('wan')).toBe(Date.parse('2026-03-01T03:01:00Z'));
  expect(lapse('gone')).toBeUndefined();
});

it('the bytes sent to a Pushgateway are those of results and of scrapes', async () => {
  const server = await startHttpServer((response) => response.end());
  onTestFinished(server.stop);
  const destination = destinationOf({
    jobs: [{name: 'wan', schedule: '0 * * * *', engines: ['embedded']}],
    pushgateway: [{url: server.url.href}],
  });
  const {signal} = new AbortController();
  await destination?.sink.deliver([completedRow()], signal);
  const target: Labels = [['job', 'node']];
  const series = {labels: [['__name__', 'up'] as const, ...target], family: gauge('up')};
  const block = {layout: createLayout([series]), timeMs: 1000, values: Float64Array.of(1)};
  for (const page of destination?.pages?.pages(target, [block]) ?? []) await page.send(signal);
  expect(server.requests.map(({method, path}) => `${method} ${path.replace(/\/instance.*/, '')}`)).toEqual([
    'PUT /metrics/job/speedtest',
    'PUT /metrics/job/node',
  ]);
  const sent = server.requests.reduce((sum, {body}) => sum + body.length, 0);
  expect(destination?.sink.sentBytes()).toBe(sent);
});

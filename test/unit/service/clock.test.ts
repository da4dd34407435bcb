import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {startService} from '../../../src/service.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {startReceiver} from '../../peers/receiver.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';

const stepMs = 300_000;

/** A bridge that scrapes a page of three series, and sends it by remote write and to a Pushgateway. */
const startBridge = async () => {
  const target = await startHttpServer((response) =>
    response.writeHead(200, {'content-type': 'text/plain'}).end(`a 1\nb 2\nc ${target.requests.length}\n`),
  );
  onTestFinished(target.stop);
  const receiver = await startStrictReceiver();
  onTestFinished(receiver.stop);
  const pushgateway = await startReceiver({kind: 'accept', status: 200});
  onTestFinished(pushgateway.stop);
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  const scraped = {job_name: 'node', scrape_interval: '400ms', scrape_timeout: '400ms'};
  const configuration = {
    web: {listen: '127.0.0.1:0'},
    storage: {path: join(folder, 'journal.db')},
    scrape_configs: [{...scraped, static_configs: [{targets: [target.url.host]}]}],
    remote_write: [{url: `${receiver.url}/api/v1/write`}],
    pushgateway: [{url: pushgateway.url}],
    jobs: [],
  };
  writeFileSync(file, JSON.stringify(configuration));
  const load = () => loadConfig({file, flags: {}, env: {}});
  const problems: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (line: string) => problems.push(line),
    error: (line: string) => problems.push(line),
    adjust: () => {},
  };
  const service = await startService({config: load(), load, log, version: '1.2.3'});
  onTestFinished(service.stop);
  /** The sum of a metric of the bridge itself over its label sets that have this one. */
  const sumOf = async (name: string, label: string): Promise<number> => {
    const lines = (await (await fetch(`${service.url}/metrics`)).text()).split('\n');
    return lines
      .filter((line) => line.startsWith(`speedtest_bridge_${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return {target, receiver, pushgateway, problems, sumOf};
};

const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, {timeout: 15_000});

it('loses nothing silently where the clock goes forward by five minutes and back', async () => {
  let aheadMs = 0;
  const realNow = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
  onTestFinished(() => {
    clock.mockRestore();
  });
  const {target, receiver, pushgateway, problems, sumOf} = await startBridge();
  const newestMs = (): number => Math.max(0, ...receiver.samples.map(({timestampMs}) => timestampMs));
  const taken = async () => ({
    forwarded: await sumOf('scraped_samples_forwarded_total', 'destination="remote_write'),
    leftOut: await sumOf('scraped_samples_lost_total', 'reason="order"'),
  });

  await eventually(() => expect(receiver.samples.length).toBeGreaterThan(16));
  const startMs = newestMs();
  aheadMs = stepMs;
  await eventually(() => expect(newestMs()).toBeGreaterThan(startMs + stepMs));

  aheadMs = 0;
  await eventually(async () => expect((await taken()).leftOut).toBeGreaterThan(16));
  // What has no times goes on.
  const shown = pushgateway.requests.length;
  await eventually(() => expect(pushgateway.requests.length).toBeGreaterThan(shown + 1));
  const last = (): string => String(pushgateway.requests.at(-1)?.body);
  await eventually(() => expect(last()).toMatch(/^c\{.*\n(.*\n)*up\{.* 1$/m));
  expect(pushgateway.requests.map(({method}) => method)).not.toContain('DELETE');

  aheadMs = stepMs;
  const againMs = Date.now();
  await eventually(() => expect(newestMs()).toBeGreaterThan(againMs));
  // Three series and five of the scrape itself, each of which is forwarded or counted.
  await eventually(async () => {
    const {forwarded, leftOut} = await taken();
    expect(forwarded + leftOut).toBe(target.requests.length * 8);
  });
  expect([receiver.conflicts, receiver.violations]).toEqual([[], []]);
  // A machine that is busy may keep a scrape from its answer, which is told and costs no sample of these.
  expect(problems.filter((line) => !line.startsWith('scrape failed: no answer'))).toEqual([
    expect.stringContaining('not later than those before them'),
  ]);
});

import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {z} from 'zod';
import {startHttpServer} from '../contract/http-server.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startNodeExporter} from '../peers/node-exporter.ts';
import {startPushgateway} from '../peers/pushgateway.ts';
import {startBridge} from './bridge.ts';

test('a real Pushgateway shows what a real exporter has, until the exporter is gone from the configuration', async () => {
  const exporter = await startNodeExporter();
  onTestFinished(exporter.stop);
  const page = await (await fetch(`${exporter.url}/metrics`)).text();
  const headers = {'content-type': 'text/plain; version=0.0.4; charset=utf-8'};
  const server = await startHttpServer((response) => response.writeHead(200, headers).end(page));
  onTestFinished(server.stop);
  const pushgateway = await startPushgateway();
  onTestFinished(pushgateway.stop);
  const configuration = (targets: readonly string[]) => ({
    scrape_configs: [
      {
        job_name: 'node',
        scrape_interval: '1s',
        static_configs: [{targets, labels: {zone: 'a/b'}}],
      },
    ],
    pushgateway: [{url: pushgateway.url}],
    jobs: [],
  });
  const target = server.url.host;
  const folder = temporaryFolder();
  const bridge = await startBridge(folder, configuration([target]));
  const shown = async (): Promise<string[]> => {
    const text = await pushgateway.metrics();
    return text
      .split('\n')
      .filter((line) => line.includes(`instance="${target}"`) && !/^(push|scrape)_/.test(line));
  };
  const eventually = (check: () => Promise<void>) => vi.waitFor(check, {timeout: 20_000, interval: 100});
  const values = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  // All of its lines but those of the scrape itself, and `up`.
  const expected = values.filter((line) => !line.startsWith('scrape_')).length + 1;
  await eventually(async () => expect(await shown()).toHaveLength(expected));
  expect((await shown()).filter((line) => line.startsWith('up{'))).toEqual([
    `up{instance="${target}",job="node",zone="a/b"} 1`,
  ]);
  const file = join(folder, 'bridge.yaml');
  const {web} = z.object({web: z.unknown()}).parse(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, JSON.stringify({web, ...configuration([])}));
  bridge.child.kill('SIGHUP');
  await eventually(async () => expect(await shown()).toEqual([]));
});

test('a real Pushgateway that was away loses the groups that ended meanwhile', async () => {
  let jobs = ['kept', 'ended'];
  let scrapes = 0;
  const server = await startHttpServer((response) => {
    scrapes += 1;
    const lines = jobs.map((job) => `a{job="${job}",instance="far"} ${scrapes}\n`);
    response.writeHead(200, {'content-type': 'text/plain'}).end(lines.join(''));
  });
  onTestFinished(server.stop);
  const folder = temporaryFolder();
  const file = join(folder, 'groups');
  const first = await startPushgateway({file});
  onTestFinished(first.stop);
  await startBridge(folder, {
    scrape_configs: [
      {
        job_name: 'node',
        scrape_interval: '500ms',
        scrape_timeout: '500ms',
        honor_labels: true,
        static_configs: [{targets: [server.url.host]}],
      },
    ],
    pushgateway: [{url: first.url}],
    jobs: [],
  });
  const jobsOn = async (pushgateway: typeof first): Promise<string[]> =>
    [...(await pushgateway.metrics()).matchAll(/^a\{instance="far",job="(\w+)"\}/gm)].map(
      ([, job = '']) => job,
    );
  const eventually = (check: () => void | Promise<void>) =>
    vi.waitFor(check, {timeout: 40_000, interval: 100});
  await eventually(async () => expect(await jobsOn(first)).toEqual(['ended', 'kept']));
  await first.stop();
  jobs = ['kept'];
  // Two scrapes without it, of which only the first tells that its series ended.
  const before = scrapes;
  await eventually(() => expect(scrapes).toBeGreaterThan(before + 3));
  const second = await startPushgateway({file, port: first.port});
  onTestFinished(second.stop);
  expect(await jobsOn(second)).toContain('kept');
  await eventually(async () => expect(await jobsOn(second)).toEqual(['kept']));
});

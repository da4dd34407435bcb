import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Libsql from 'libsql';
import {expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {openScrapeJournal} from '../../../src/forwarding/scrape-journal.ts';
import {startService} from '../../../src/service.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {blockOf} from '../forwarding/blocks.ts';

const silent = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, adjust: () => {}};

it('is ready until it stops, which may take as long as the test that runs', async () => {
  const folder = temporaryFolder();
  const [file, began] = [join(folder, 'bridge.yaml'), join(folder, 'began')];
  const stubborn = `
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    require('node:fs').writeFileSync(${JSON.stringify(began)}, '');`;
  const configuration = {
    web: {listen: '127.0.0.1:0'},
    storage: {path: join(folder, 'journal.db')},
    engines: {command: {run: [process.execPath, '--eval', stubborn]}},
    jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['command'], run_at_start: true}],
  };
  writeFileSync(file, JSON.stringify(configuration));
  const load = () => loadConfig({file, flags: {}, env: {}});
  const service = await startService({config: load(), load, log: silent, version: '1.2.3'});
  onTestFinished(service.stop);
  const isReady = async () => (await fetch(`${service.url}/-/ready`)).status;
  await vi.waitFor(() => expect(existsSync(began)).toBe(true), {timeout: 8_000});
  expect(await isReady()).toBe(200);
  const stopped = service.stop();
  expect(await isReady()).toBe(503);
  await stopped;
});

it('counts at its start what a damaged file of scrapes had', async () => {
  const folder = temporaryFolder();
  const [file, path] = [join(folder, 'bridge.yaml'), join(folder, 'journal-scrapes.db')];
  const scrapes = openScrapeJournal({path, limitBytes: 1e8, onLost: () => expect.unreachable(), log: silent});
  scrapes.keepFor(['mimir']);
  scrapes.append([blockOf('up', 7, 1)]);
  scrapes.close();
  const db = new Libsql(path);
  db.exec('DROP TABLE cursors');
  db.close();
  const configuration = {web: {listen: '127.0.0.1:0'}, storage: {path: join(folder, 'journal.db')}, jobs: []};
  writeFileSync(file, JSON.stringify(configuration));
  const load = () => loadConfig({file, flags: {}, env: {}});
  const service = await startService({config: load(), load, log: silent, version: '1.2.3'});
  onTestFinished(service.stop);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toContain('speedtest_bridge_scraped_samples_lost_total{reason="file"} 7\n');
});

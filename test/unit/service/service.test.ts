import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {startService} from '../../../src/service.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

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

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import Libsql from 'libsql';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startStrictReceiver} from '../peers/strict-receiver.ts';
import {runCommand, startBridge} from './bridge.ts';

const recorded = readFileSync(new URL('../fixtures/journal-of-schema-1.sql', import.meta.url), 'utf8');

/** Writes the recorded journal into a folder. */
const makeOld = (folder: string): void => {
  const db = new Libsql(join(folder, 'journal.db'));
  db.exec(`BEGIN; ${recorded} COMMIT`);
  db.close();
};

it('a journal of schema version 1 has all that it had, and is delivered on', async () => {
  const folder = temporaryFolder();
  makeOld(folder);
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  const bridge = await startBridge(folder, {
    jobs: [{name: 'wan', schedule: '@yearly', engines: ['embedded']}],
    remote_write: [{name: 'store', url: receiver.url, repeat_interval: '0'}],
    storage: {path: 'journal.db', retention: '100y'},
  });
  const command = (...args: string[]) => runCommand([...args, '--config', 'bridge.yaml'], {cwd: folder});

  const journal = openJournal(join(folder, 'journal.db'));
  onTestFinished(() => journal.close());
  await vi.waitFor(() => expect(journal.cursor('store')).toBe(5), {timeout: 20_000});
  // What the cursor was behind, and nothing from before it.
  expect(receiver.samples.map(({timestampMs}) => timestampMs)).toContain(1_780_014_400_000);
  expect(Math.min(...receiver.samples.map(({timestampMs}) => timestampMs))).toBe(1_780_014_400_000);
  expect(journal.cursor('gone')).toBe(1);
  expect(journal.importResult(completed(), 'ookla-json:an-earlier-line')).toBeUndefined();

  const {stdout} = await command('results', '--json');
  const shown = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(shown).toMatchObject([
    {id: 5, status: 'completed', scheduled: false},
    {id: 4, measurement: {ping: {latencyMs: 12.5}}},
    {id: 3, status: 'skipped', skip: {class: 'overlap'}},
    {id: 2, status: 'failed', failure: {class: 'timeout'}},
    {id: 1, healthy: true, measurement: {packetLossPercent: 0.5, download: {bytesPerSecond: 11_750_000.5}}},
  ]);
  expect((await command('queue', 'rejected')).stdout).toMatch(
    /^store: result 2 \(wan of \S+Z\), rejected \S+Z: HTTP 400 Bad Request: out of order sample\n$/,
  );
  const statistics = await fetch(`${bridge.url}/api/v1/statistics?from=0`);
  expect(await statistics.text()).toContain('"completed":3');
});

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {runCommand} from '../../../src/cli/commands.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const trackerExport = 'ID,Ping,Download,Created at\n1,11.25,117654321,2026-03-01 07:07:42\n';

/** Imports one result with the command, into a journal of its own, and gives what came of it. */
const importOne = async (kind: string, content: string, ...args: readonly string[]) => {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  writeFileSync(source, content);
  const path = join(folder, 'journal.db');
  const config = join(folder, 'bridge.yaml');
  const destinations = ['north', 'south'].map((name) => ({name, url: 'http://127.0.0.1:9'}));
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({jobs: [], remote_write: destinations, storage: {path}}));
  const said: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const spy = vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    onTestFinished(() => spy.mockRestore());
  }
  const command = ['import', kind, source, '--job', 'wan', '--timezone', 'UTC', '--config', config, ...args];
  expect(await runCommand(command, {}, new AbortController().signal)).toBe(0);
  const journal = openJournal(path);
  onTestFinished(() => journal.close());
  const [row] = journal.after(0, 1);
  return {result: row?.result, lag: journal.status('north')?.lag, said: said.join('')};
};

describe('an imported result', () => {
  it.each<readonly string[]>([
    ['tracker-csv', trackerExport],
    ['ookla-json', JSON.stringify(recorded), '--no-deliver'],
  ])('is history, and the last line names the backfill: %s', async (kind = '', content = '', ...args) => {
    const {result, said} = await importOne(kind, content, ...args);
    expect(result).toMatchObject({job: 'wan', history: true});
    expect(said).toBe(
      '1 results imported, 0 there already, 0 lines left out\n' +
        'not queued for north, south: speedtest-bridge backfill --to NAME sends them\n',
    );
  });

  it.each<readonly string[]>([
    ['ookla-json', JSON.stringify(recorded)],
    ['tracker-csv', trackerExport, '--deliver'],
  ])('waits for each destination: %s', async (kind = '', content = '', ...args) => {
    const {result, lag, said} = await importOne(kind, content, ...args);
    expect(result).toMatchObject({job: 'wan'});
    expect(result).not.toHaveProperty('history');
    expect(lag).toBe(1);
    expect(said).toBe('1 results imported, 0 there already, 0 lines left out\n');
  });
});

import {copyFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {runCommand} from '../../../src/cli/commands.ts';
import {previewImport} from '../../../src/cli/import.ts';
import {terminalOf} from '../../../src/cli/terminal.ts';
import {loadConfig} from '../../../src/config/load.ts';
import {readOoklaLine} from '../../../src/import/ookla-json.ts';
import type {Source} from '../../../src/import/source.ts';
import {openDatabase} from '../../../src/journal/database.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {numberQuery} from '../../../src/journal/query.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {makeDamaged} from './damaged.ts';
import {keepPrinted} from './printed.ts';

const trackerExport = 'ID,Ping,Download,Created at\n1,11.25,117654321,2026-03-01 07:07:42\n';

/** Has a journal's file hold all that is in its write-ahead log. */
const checkpoint = (path: string): void => {
  const db = openDatabase(path);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
};

/** Imports with the command into the journal of a folder, and gives where that is, and what was said. */
const importInto = async (folder: string, kind: string, content: string, ...args: readonly string[]) => {
  const source = join(folder, 'source');
  writeFileSync(source, content);
  const path = join(folder, 'journal.db');
  const config = join(folder, 'bridge.yaml');
  const destinations = ['north', 'south'].map((name) => ({name, url: 'http://127.0.0.1:9'}));
  // JSON is YAML.
  const storage = {path, retention: '100y'};
  writeFileSync(config, JSON.stringify({jobs: [], remote_write: destinations, storage}));
  const printed = keepPrinted();
  const command = ['import', kind, source, '--job', 'wan', '--timezone', 'UTC', '--config', config, ...args];
  expect(await runCommand(command, {}, new AbortController().signal)).toBe(0);
  return {path, stdout: printed.stdout(), stderr: printed.stderr()};
};

/** Imports one result into a journal of its own, and gives what came of it. */
const importOne = async (kind: string, content: string, ...args: readonly string[]) => {
  const {path, ...said} = await importInto(temporaryFolder(), kind, content, ...args);
  const journal = openJournal(path);
  onTestFinished(() => journal.close());
  const [row] = journal.after(0, 1);
  return {result: row?.result, lag: journal.status('north')?.lag, ...said};
};

describe('an imported result', () => {
  it.each<readonly string[]>([
    ['tracker-csv', trackerExport],
    ['ookla-json', JSON.stringify(recorded), '--no-deliver'],
  ])('is history, and the last line names the backfill: %s', async (kind = '', content = '', ...args) => {
    const {result, stdout, stderr} = await importOne(kind, content, ...args);
    expect(result).toMatchObject({job: 'wan', history: true});
    expect(stdout).toBe('1 results imported, 0 there already, 0 lines left out\n');
    expect(stderr).toBe('not queued for north, south: speedtest-bridge backfill --to NAME sends them\n');
  });

  it.each<readonly string[]>([
    ['ookla-json', JSON.stringify(recorded)],
    ['tracker-csv', trackerExport, '--deliver'],
  ])('waits for each destination: %s', async (kind = '', content = '', ...args) => {
    const {result, lag, stdout, stderr} = await importOne(kind, content, ...args);
    expect(result).toMatchObject({job: 'wan'});
    expect(result).not.toHaveProperty('history');
    expect(lag).toBe(1);
    expect(stdout).toBe('1 results imported, 0 there already, 0 lines left out\n');
    expect(stderr).toBe('');
  });
});

it('a dry run tells what is in an older journal already, whose schema it leaves as it is', async () => {
  const folder = temporaryFolder();
  const line = JSON.stringify(recorded);
  const imported = readOoklaLine(line, 'wan');
  const db = openDatabase(join(folder, 'journal.db'), undefined, migrations.slice(0, 1));
  onTestFinished(() => void db.close());
  db.prepare('INSERT INTO imports (key) VALUES (?)').run(imported.kind === 'result' ? imported.key : '');
  const another = JSON.stringify({...recorded, isp: 'another'});
  const {stdout} = await importInto(folder, 'ookla-json', `${line}\n${another}\n`, '--dry-run');
  expect(stdout).toMatch(/^1 results would be imported, 1 there already, 0 lines left out$/m);
  expect(numberQuery(db, 'PRAGMA user_version')()).toBe(1);
  expect(numberQuery(db, 'SELECT count(*) FROM imports')()).toBe(1);
});

/** What a dry run gives beside the journal at a path. */
const preview = (path: string, source: Source, signal: AbortSignal) => {
  const file = join(dirname(path), 'bridge.yaml');
  writeFileSync(file, JSON.stringify({jobs: [], storage: {path, retention: '100y'}}));
  return previewImport(
    loadConfig({file, flags: {}, env: {}}),
    source,
    terminalOf(process.stdout, {}),
    signal,
  );
};

it('a dry run counts what a bridge imports that opens the journal meanwhile', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const journaled = openJournal(join(folder, 'made.db'));
  onTestFinished(() => journaled.close());
  const results = Array.from({length: 5000}, (_, index) => ({
    result: completed({endedAtMs: index}),
    key: `key ${index}`,
  }));
  journaled.importResults(results.slice(0, 500));
  checkpoint(join(folder, 'made.db'));
  // A copy, beside which there is no write-ahead log.
  copyFileSync(join(folder, 'made.db'), path);
  const rows = results.map((each) => ({place: each.key, imported: {kind: 'result', ...each} as const}));
  const source: Source = {
    rowsName: 'results',
    async *batches() {
      yield {rows: rows.slice(0, 500), fraction: 0.1};
      const journal = openJournal(path);
      journal.importResults(results);
      checkpoint(path);
      yield {rows: rows.slice(500), fraction: 1};
      journal.close();
    },
  };
  const printed = keepPrinted();
  expect(await preview(path, source, new AbortController().signal)).toBe(0);
  expect(printed.stdout()).toBe('0 results would be imported, 5000 there already, 0 results left out\n');
});

it.each([{args: []}, {args: ['--dry-run']}])(
  'results that the next pruning removes are counted: $args',
  async ({args}) => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 19);
    const content = `${trackerExport}2,11.25,117654321,2026-03-02 07:07:42\n3,11.25,117654321,${yesterday}\n`;
    const importing = async (folder: string, retention: string) =>
      importInto(folder, 'tracker-csv', content, '--storage-retention', retention, ...args);
    const {stderr} = await importing(temporaryFolder(), '2d');
    expect(stderr).toContain(
      '2 of the 3 are older than storage.retention, and removed within the hour, or once every destination has them, unless it is raised before\n',
    );
    const kept = await importing(temporaryFolder(), '100y');
    expect(`${kept.stdout}${kept.stderr}`).not.toContain('storage.retention');
  },
);

it('results that were there already are not counted among those that the next pruning removes', async () => {
  const folder = temporaryFolder();
  await importInto(folder, 'tracker-csv', trackerExport);
  const {stdout, stderr} = await importInto(
    folder,
    'tracker-csv',
    trackerExport,
    '--storage-retention',
    '2d',
  );
  expect(stdout).toBe('0 results imported, 1 there already, 0 lines left out\n');
  expect(stderr).toBe('');
});

it.each([
  {kind: 'tracker-csv', args: [], table: 'imports', problem: 'cannot be written'},
  {kind: 'tracker-csv', args: ['--dry-run'], table: 'imports', problem: 'cannot be read'},
  {kind: 'ookla-json', args: [], table: 'cursors', problem: 'cannot be written'},
])('says in one line that the journal $problem: $kind, $table', async ({kind, args, table, problem}) => {
  const folder = temporaryFolder();
  const path = makeDamaged(folder, table);
  await expect(importInto(folder, kind, trackerExport, ...args)).rejects.toThrow(
    `journal ${path} ${problem}: database disk image is malformed (storage.path)`,
  );
});

describe('an import that is told to stop', () => {
  const stopAfter = (path: string, action: () => void) => {
    const stop = new AbortController();
    const source: Source = {
      rowsName: 'results',
      async *batches(signal) {
        action();
        stop.abort(new Error('told to stop'));
        yield {rows: [], fraction: 0.5};
        signal.throwIfAborted();
      },
    };
    return preview(path, source, stop.signal);
  };

  it('says that it can go on', async () => {
    const printed = keepPrinted();
    expect(await stopAfter(join(temporaryFolder(), 'journal.db'), () => undefined)).toBe(1);
    expect(printed.stderr()).toBe('stopped: the same command goes on from here\n');
  });

  it('does not hide what is wrong with the journal', async () => {
    const path = join(temporaryFolder(), 'journal.db');
    keepPrinted();
    await expect(stopAfter(path, () => writeFileSync(path, 'x'.repeat(8192)))).rejects.toThrow(
      `journal ${path} is not a journal`,
    );
  });
});

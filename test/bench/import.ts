/**
 * How soon 100,000 results of Speedtest Tracker's database are in the journal: `npm run bench:import`.
 * Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';
import {makeTrackerDatabase} from '../fixtures/tracker-database.ts';
import {statusOf, type TrackerHistory, trackerHistory} from '../fixtures/tracker-history.ts';
import {createVerdicts} from './verdicts.ts';

const limitSeconds = 10;
/** For so long a running bridge waits for the journal before it goes on in memory. */
const longestWaitMs = 500;
const appendEveryMs = 200;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));

const makeConfiguration = (name: string): {readonly file: string; readonly journal: string} => {
  const journal = join(folder, `${name}.db`);
  const file = join(folder, `${name}.yaml`);
  const jobs = [{name: 'wan', schedule: '@yearly', engines: ['embedded']}];
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({jobs, storage: {path: journal}}));
  return {file, journal};
};

/** Runs the built program, and gives how many seconds it took, from its start to its end, with what it said. */
const runImport = async (database: string, config: string) => {
  const args = ['dist/main.js', 'import', 'tracker-sqlite', database, '--timezone', 'Europe/Berlin'];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...args, '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return {seconds: (performance.now() - startedMs) / 1000, said: said.trim()};
};

/** Appends results to a journal, some a second, and gives how long the slowest took, in milliseconds. */
const appendUntil = async (path: string, done: Promise<unknown>): Promise<number> => {
  const ended = new AbortController();
  void done.finally(() => ended.abort());
  const journal = openJournal(path);
  let slowestMs = 0;
  while (!ended.signal.aborted) {
    const startedMs = performance.now();
    journal.append(completed({job: 'beside', endedAtMs: Date.now()}));
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    await sleep(appendEveryMs);
  }
  journal.close();
  return slowestMs;
};

const verdicts = createVerdicts();
const history = {rows: 100_000, startMs: Date.UTC(2014, 0), everyMs: 3_600_000, timeZone: 'Europe/Berlin'};
for (const schema of ['data', 'split'] as const) {
  const database = join(folder, `${schema}.sqlite`);
  const given: TrackerHistory = {...history, isSplit: schema === 'split'};
  makeTrackerDatabase(database, schema, trackerHistory(given)).close();
  const {file, journal} = makeConfiguration(schema);
  const first = await runImport(database, file);
  verdicts.atMost(`100,000 results, table of ${schema}: ${first.said}`, first.seconds, limitSeconds, 's');
  const again = await runImport(database, file);
  verdicts.atMost('again, which changes nothing', again.seconds, limitSeconds, 's');
  const opened = openJournal(journal);
  const ended = Array.from({length: history.rows}, (_, index) => statusOf(index + 1, given));
  const expected = ended.filter((status) => ['completed', 'failed', 'skipped'].includes(status)).length;
  verdicts.none('results too many or too few', Math.abs(opened.lastId() - expected));
  opened.close();
}

const beside = makeConfiguration('beside');
const importing = runImport(join(folder, 'data.sqlite'), beside.file);
const slowestMs = await appendUntil(beside.journal, importing);
verdicts.atMost(
  'slowest of the results that another process appends meanwhile',
  slowestMs,
  longestWaitMs,
  'ms',
);
process.exitCode = verdicts.print() ? 0 : 1;

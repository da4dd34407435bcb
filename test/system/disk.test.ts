import {execFileSync} from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {recorded} from '../fixtures/ookla.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {type StrictReceiver, startStrictReceiver} from '../peers/strict-receiver.ts';
import {type Bridge, metricOf, runCommand, startBridge} from './bridge.ts';

const everySecond = {name: 'wan', schedule: '* * * * * *', engines: ['embedded']};

/** Mounts a file system of one MiB in a folder, until the running test ends. */
const smallDisk = (folder: string): string => {
  if (process.getuid?.() !== 0) {
    throw new Error('this test mounts a small tmpfs: run it as root, or as `unshare -rm npm test`');
  }
  const path = join(folder, 'disk');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
  return path;
};

/** Takes all space that is left. */
const fill = (disk: string): string => {
  const path = join(disk, 'filler');
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file);
    return path;
  }
};

const strictReceiver = async (): Promise<StrictReceiver> => {
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  return receiver;
};

const start = (folder: string, path: string, {url}: StrictReceiver): Promise<Bridge> =>
  startBridge(folder, {
    labels: {instance: 'disk'},
    jobs: [everySecond],
    engines: {embedded: {duration: '200ms', connections: 1}},
    remote_write: [{url, name: 'store', repeat_interval: '0', queue_config: {max_backoff: '500ms'}}],
    storage: {path},
  });

const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, {timeout: 20_000, interval: 50});

const said = (bridge: Bridge, message: RegExp): Promise<void> =>
  eventually(() => expect(bridge.stderr()).toMatch(message));

const unsaved = (bridge: Bridge): Promise<number | undefined> => metricOf(bridge, 'unsaved_results');

/** The results as a person can scrape them, which must be there whatever the disk does. */
const scrape = async ({url}: Bridge): Promise<string> => {
  const response = await fetch(`${url}/prometheus`);
  expect(response.status).toBe(200);
  return response.text();
};

/** Ends a bridge as a service manager does. Gives how many tests it recorded. */
const stop = async (bridge: Bridge): Promise<number> => {
  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
  return bridge.stderr().match(/test (completed|failed|skipped)/g)?.length ?? 0;
};

const journaled = (path: string) => {
  const journal = openJournal(path);
  const rows = journal.after(0, 100_000);
  const cursor = journal.cursor('store');
  journal.close();
  return {rows, cursor};
};

/** When the results ended that came to the receiver, each as often as it came, in that order; stale markers are none. */
const received = ({arrived}: StrictReceiver): readonly number[] =>
  arrived
    .filter(({labels, value}) => labels['__name__'] === 'speedtest_tracker_ping' && value !== 'stale')
    .map(({timestampMs}) => timestampMs);

it('a full disk: tests, scrapes and deliveries go on, and all is in the journal once there is space', async () => {
  const folder = temporaryFolder();
  const disk = smallDisk(folder);
  const path = join(disk, 'journal.db');
  const receiver = await strictReceiver();
  const bridge = await start(folder, path, receiver);
  await eventually(() => expect(received(receiver).length).toBeGreaterThanOrEqual(2));

  const filler = fill(disk);
  await said(bridge, /can't be used now: database or disk is full\. Nothing is lost so far/);
  const before = {text: await scrape(bridge), received: received(receiver).length};
  await eventually(async () => {
    expect(await unsaved(bridge)).toBeGreaterThanOrEqual(3);
    expect(await scrape(bridge)).not.toBe(before.text);
    expect(received(receiver).length).toBeGreaterThan(before.received);
  });

  rmSync(filler);
  await said(bridge, /can be used again, and has the \d+ results that only the memory had; nothing is lost/);
  await eventually(async () => expect(await unsaved(bridge)).toBe(0));
  const tests = await stop(bridge);
  const {rows, cursor} = journaled(path);
  expect(rows).toHaveLength(tests);
  const delivered = rows.filter(({id, result}) => id <= cursor && result.status === 'completed');
  expect(received(receiver)).toEqual(delivered.map(({result}) => result.endedAtMs));
  expect(cursor).toBeGreaterThanOrEqual(tests - 1);
  expect(receiver.violations).toEqual([]);
  expect(receiver.conflicts).toEqual([]);
});

it('a disk that is mounted read-only: the bridge starts all the same, and saves when it can be written', async () => {
  const folder = temporaryFolder();
  const disk = smallDisk(folder);
  const path = join(disk, 'journal.db');
  const receiver = await strictReceiver();
  const first = await start(folder, path, receiver);
  await eventually(() => expect(received(receiver).length).toBeGreaterThanOrEqual(1));
  // One more, which the destination has yet to take, and which can't be read while the disk is read-only.
  const firstTests = (await stop(first)) + 1;
  const results = join(folder, 'results.jsonl');
  writeFileSync(results, JSON.stringify({...recorded, timestamp: new Date().toISOString()}));
  const imported = ['import', 'ookla-json', results, '--config', join(folder, 'bridge.yaml')];
  expect(await runCommand(imported, {cwd: folder})).toMatchObject({code: 0});

  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const bridge = await start(folder, path, receiver);
  await said(bridge, /can't be used now: .* Nothing is lost so far/);
  expect(await scrape(bridge)).toContain('speedtest_tracker_result_timestamp_seconds{');
  await eventually(async () => expect(await unsaved(bridge)).toBeGreaterThanOrEqual(2));

  execFileSync('mount', ['-o', 'remount,rw', disk]);
  await said(bridge, /can be used again, and has the \d+ results/);
  const tests = await stop(bridge);
  expect(journaled(path).rows).toHaveLength(firstTests + tests);
});

const overwriteStart = (path: string): void => {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 0);
  closeSync(file);
};

describe('a damaged journal', () => {
  const results = 800;

  /** A journal of results, none of which is delivered. */
  const makeJournal = (path: string): readonly number[] => {
    const journal = openJournal(path);
    journal.cursor('store');
    const firstMs = Date.now() - results * 1000 - 60_000;
    const times = Array.from({length: results}, (_, index) => firstMs + index * 1000);
    for (const endedAtMs of times) journal.append(completed({startedAtMs: endedAtMs - 500, endedAtMs}));
    journal.close();
    // A page that is in the write-ahead log as well would be read from there, damaged or not.
    const db = new Libsql(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    return times;
  };

  const overwrite = (path: string, places: number): void => {
    const {size} = statSync(path);
    const file = openSync(path, 'r+');
    for (let place = 1; place <= places; place += 1) {
      // Behind the first pages, on which a process that writes depends.
      const offset = Math.floor(size * (0.2 + (0.7 * place) / places));
      writeSync(
        file,
        Buffer.from(Array.from({length: 300}, (_, index) => (index * 89 + place * 31) % 256)),
        0,
        300,
        offset,
      );
    }
    closeSync(file);
  };

  /** Has the bridge read the file again: a write of another process makes it forget what it has read. */
  const forgetPages = (path: string): void => {
    const journal = openJournal(path);
    journal.noteFailure('another', {cause: 'none', atMs: 0, nextTryMs: 0});
    journal.close();
  };

  const aside = (folder: string): readonly string[] =>
    readdirSync(folder).filter((name) => /^journal\.db\.damaged-[\dTZ-]+$/.test(name));

  it('under the running bridge is kept aside; what is readable is delivered, and tests go on', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const receiver = await strictReceiver();
    receiver.behave({kind: 'status', reply: {status: 503}});
    const times = makeJournal(path);
    const bridge = await start(folder, path, receiver);
    await said(bridge, /not delivered yet/);
    overwrite(path, 12);
    forgetPages(path);
    receiver.behave(receiver.strict);
    await said(
      bridge,
      /was damaged \(.*\) and is kept as .*; \d+ results of it are saved in a new journal, \d+ results? could not be read/,
    );
    expect(aside(folder)).toHaveLength(1);
    await scrape(bridge);
    const newest = times.at(-1) ?? 0;
    await eventually(() => expect(received(receiver).at(-1)).toBeGreaterThan(newest));
    await stop(bridge);

    const {rows, cursor} = journaled(path);
    const saved = rows.filter(({result}) => result.endedAtMs <= newest).map(({result}) => result.endedAtMs);
    expect(saved.length).toBeGreaterThan(results - 12 * 15);
    expect(saved.length).toBeLessThan(results);
    expect(received(receiver)).toEqual(expect.arrayContaining(saved));
    expect(cursor).toBeGreaterThan(results);
    expect(receiver.violations).toEqual([]);
    expect(receiver.conflicts).toEqual([]);
  });

  it('that is cut off is no reason not to start', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const receiver = await strictReceiver();
    makeJournal(path);
    truncateSync(path, statSync(path).size / 2);
    const bridge = await start(folder, path, receiver);
    await said(bridge, /was damaged/);
    expect(aside(folder)).toHaveLength(1);
    await eventually(() => expect(received(receiver).length).toBeGreaterThan(0));
    await stop(bridge);
  });

  it('of an earlier run, whose first page is overwritten, is saved whole', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'journal.db');
    const receiver = await strictReceiver();
    const tests = await stop(await start(folder, path, receiver));
    const times = makeJournal(path);
    overwriteStart(path);
    const bridge = await start(folder, path, receiver);
    await said(
      bridge,
      new RegExp(
        `was damaged .* ${times.length + tests} results of it are saved in a new journal, 0 results`,
      ),
    );
    await stop(bridge);
  });
});

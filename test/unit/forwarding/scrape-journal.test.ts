import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import Libsql from 'libsql';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {openScrapeJournal, type ScrapeJournalSettings} from '../../../src/forwarding/scrape-journal.ts';
import type {Block} from '../../../src/scrape/block.ts';
import {newPath} from '../journal/open.ts';
import {blockOf, staleBlockOf} from './blocks.ts';

const opened = (settings: Partial<ScrapeJournalSettings> = {}) => {
  const lines: string[] = [];
  const lost: string[] = [];
  const {path = newPath()} = settings;
  const journal = openScrapeJournal({
    path,
    limitBytes: 10_000_000,
    onLost: (samples, reason) => lost.push(`${samples} ${reason}`),
    log: {error: (line) => lines.push(line)},
    ...settings,
  });
  onTestFinished(journal.close);
  return {journal, path, lines, lost};
};
type Journal = ReturnType<typeof opened>['journal'];

/** The scrapes that a destination has yet to take. */
const waiting = (journal: Journal, destination: string) => {
  const scrapes = [];
  for (
    let next = journal.after(journal.cursor(destination));
    next !== undefined;
    next = journal.after(next.id)
  )
    scrapes.push(next);
  return scrapes;
};
const timesOf = (journal: Journal, destination: string): number[] =>
  waiting(journal, destination).flatMap(({blocks}) => blocks.map(({timeMs}) => timeMs));

const countOf = (path: string, table: string): number => {
  const db = new Libsql(path);
  try {
    return Number(db.prepare(`SELECT count(*) FROM ${table}`).raw().all().flat().join());
  } finally {
    db.close();
  }
};

/** How many samples were lost. */
const sumOf = (lost: readonly string[]): number =>
  lost.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);

it('gives what was appended, bit by bit, also to another process', () => {
  const {journal, path} = opened();
  journal.keepFor(['a']);
  const timed: Block = {
    ...blockOf('timed', 3, 2000),
    values: Float64Array.of(Number.NaN, -0, Infinity),
    timestampsMs: Float64Array.of(1, Number.NaN, 3),
    createdMs: Float64Array.of(Number.NaN, 5, 6),
    exemplars: [
      {index: 1, labels: [['trace_id', 'abc']], value: Number.NaN},
      {index: 2, labels: [], value: 2, timestampMs: 7},
    ],
  };
  journal.append([blockOf('up', 2, 1000), staleBlockOf('gone', 2, 1000)]);
  journal.append([timed]);
  for (const each of [journal, opened({path}).journal]) {
    const [first, second] = waiting(each, 'a');
    expect(first?.blocks.map(({layout}) => layout.seriesAt(1).labels[0])).toEqual([
      ['__name__', 'up'],
      ['__name__', 'gone'],
    ]);
    expect(first?.blocks[0].values).toEqual(Float64Array.of(0, 1));
    expect(new BigUint64Array(first?.blocks[1]?.values.buffer ?? new ArrayBuffer())).toEqual(
      BigUint64Array.of(0x7ff0_0000_0000_0002n, 0x7ff0_0000_0000_0002n),
    );
    const {layout, ...columns} = second?.blocks[0] ?? timed;
    const {layout: before, ...expected} = timed;
    expect(columns).toMatchObject(expected);
    expect(layout.key).toBe(before.key);
  }
});

it('keeps a scrape until the last destination is done with it, and a layout once and for longer', () => {
  let nowMs = 0;
  const {journal, path} = opened({now: () => nowMs});
  journal.keepFor(['a', 'b']);
  for (const timeMs of [1000, 2000, 3000])
    journal.append([blockOf('up', 2, timeMs), blockOf('x', 1, timeMs)]);
  expect(countOf(path, 'layouts')).toBe(2);
  const [first, , last] = waiting(journal, 'a');
  journal.advance('a', last?.id ?? 0);
  expect(timesOf(journal, 'a')).toEqual([]);
  expect(countOf(path, 'blocks')).toBe(6);
  expect(journal.waitingSinceMs('b')).toBe(1000);
  journal.advance('b', first?.id ?? 0);
  expect(timesOf(journal, 'b')).toEqual([2000, 2000, 3000, 3000]);
  journal.keepFor(['a']);
  expect(countOf(path, 'blocks')).toBe(0);
  expect(journal.waitingSinceMs('a')).toBeUndefined();
  nowMs = 120_000;
  journal.append([blockOf('up', 2, 4000)]);
  expect(countOf(path, 'layouts')).toBe(2);
  nowMs = 1_200_000;
  journal.append([blockOf('up', 2, 5000)]);
  expect(countOf(path, 'layouts')).toBe(1);
});

it('starts a new destination at the end, and a known one where it was', () => {
  const {journal, path} = opened();
  journal.append([blockOf('up', 1, 1000)]);
  journal.keepFor(['a']);
  journal.append([blockOf('up', 1, 2000)]);
  journal.keepFor(['a', 'b']);
  journal.append([blockOf('up', 1, 3000)]);
  journal.close();
  const again = opened({path}).journal;
  again.keepFor(['a', 'b', 'c']);
  expect(['a', 'b', 'c'].map((name) => timesOf(again, name))).toEqual([[2000, 3000], [3000], []]);
});

it('counts and tells what only destinations waited for that are no longer configured', () => {
  const {journal, path, lines, lost} = opened();
  journal.keepFor(['a', 'b', 'c']);
  for (let timeMs = 1; timeMs <= 6; timeMs += 1) journal.append([blockOf('up', 2, timeMs)]);
  for (const [name, id] of [
    ['a', 3],
    ['b', 1],
    ['c', 5],
  ] as const)
    journal.advance(name, id);
  journal.keepFor(['a', 'c']);
  expect([lost, timesOf(journal, 'a')]).toEqual([['4 unconfigured'], [4, 5, 6]]);
  // Scrapes that others wait for stay.
  journal.keepFor(['a']);
  expect(lost).toEqual(['4 unconfigured']);
  journal.close();
  // Under another name it is another one.
  const again = opened({path});
  again.journal.keepFor(['d']);
  expect([again.lost, timesOf(again.journal, 'd')]).toEqual([['6 unconfigured'], []]);
  const why = 'samples were dropped that only destinations waited for which are no longer configured';
  expect([...lines, ...again.lines]).toEqual([
    `journal of scrapes ${path}: 4 ${why}: b`,
    `journal of scrapes ${path}: 6 ${why}: a`,
  ]);
});

it('keeps nothing more for who is gone when the file can be told, and counts what nobody else waited for', () => {
  const {journal, path, lost, lines} = opened();
  journal.keepFor(['a', 'b']);
  for (const timeMs of [1, 2]) journal.append([blockOf('up', 2, timeMs)]);
  journal.advance('b', 1);
  const other = new Libsql(path);
  other.exec('BEGIN IMMEDIATE');
  journal.keepFor(['b']);
  journal.advance('b', 2);
  expect(lost).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
  journal.append([blockOf('up', 2, 3)]);
  expect([lost, countOf(path, 'blocks'), countOf(path, 'cursors')]).toEqual([['2 unconfigured'], 1, 1]);
  journal.advance('b', 3);
  journal.close();
  expect(lost).toEqual(['2 unconfigured']);
  expect(lines[1]).toMatch(/: 2 samples .* configured: a$/);
});

it('keeps nothing for destinations of a file that can be opened only after they are gone', () => {
  vi.useFakeTimers({toFake: ['performance']});
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const {path, journal: first} = opened();
  first.keepFor(['a']);
  first.append([blockOf('up', 2, 1)]);
  first.close();
  renameSync(path, `${path}.away`);
  mkdirSync(path);
  const {journal, lost, lines} = opened({path});
  journal.keepFor([]);
  rmdirSync(path);
  renameSync(`${path}.away`, path);
  vi.advanceTimersByTime(10_000);
  journal.keepFor([]);
  expect(lost).toEqual(['2 unconfigured']);
  journal.append([blockOf('up', 2, 2)]);
  expect([countOf(path, 'blocks'), countOf(path, 'cursors')]).toEqual([0, 0]);
  expect(lines).toEqual([expect.stringContaining("can't be used"), expect.stringMatching(/configured: a$/)]);
});

it('tells the file what was delivered, also while the clock has yet to get to where it was before', () => {
  vi.useFakeTimers({toFake: ['Date', 'performance']});
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const {journal, path} = opened();
  journal.keepFor(['a']);
  journal.append([blockOf('up', 1, 1000)]);
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(1000);
  journal.advance('a', 1);
  expect(opened({path}).journal.cursor('a')).toBe(1);
});

it('drops the oldest where the file would grow beyond its limit', () => {
  const {journal, path, lines, lost} = opened({limitBytes: 300_000});
  journal.keepFor(['a']);
  for (let timeMs = 1; timeMs <= 100; timeMs += 1) journal.append([blockOf('up', 1000, timeMs)]);
  const times = timesOf(journal, 'a');
  expect(times.at(-1)).toBe(100);
  expect(times.length).toBeGreaterThan(15);
  expect(times).toEqual(times.map((_, index) => 101 - times.length + index));
  expect(lost).toHaveLength(100 - times.length);
  expect(new Set(lost)).toEqual(new Set(['1000 limit']));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('is full (storage.scrapes_limit)');
  journal.close();
  expect(statSync(path).size).toBeLessThan(400_000);
});

it('drops with the oldest what only they have, so that no more of them need go', () => {
  const {journal, path, lost} = opened({limitBytes: 300_000});
  journal.keepFor(['a']);
  for (let timeMs = 1; timeMs <= 100; timeMs += 1)
    journal.append([blockOf('same', 100, timeMs), blockOf(`own${timeMs}`, 1000, timeMs)]);
  const times = timesOf(journal, 'a');
  expect(times.at(-1)).toBe(100);
  expect(sumOf(lost)).toBe(1100 * (100 - times.length / 2));
  // Values and layout of a scrape have some 20 KiB.
  expect(times.length / 2).toBeGreaterThan(8);
  expect(countOf(path, 'layouts')).toBe(times.length / 2 + 1);
  journal.close();
  expect(statSync(path).size).toBeLessThan(400_000);
});

/** Makes a scrape of a journal's file, the first and only one, many: each but the first is a copy. */
const copyTo = (path: string, many: number): void => {
  const db = new Libsql(path);
  db.exec(`WITH RECURSIVE numbers(id) AS (VALUES (2) UNION ALL SELECT id + 1 FROM numbers WHERE id < ${many})
    INSERT INTO blocks (scrape, layout, time_ms, sampled)
      SELECT numbers.id, layout, numbers.id, sampled FROM numbers, blocks WHERE blocks.id = 1`);
  db.close();
};

/** A journal whose limit was lowered since its scrapes of 10 samples came in. */
const openedAboveLimit = (scrapes: number) => {
  const {journal, path} = opened();
  journal.keepFor(['a']);
  journal.append([blockOf('up', 10, 1)]);
  journal.close();
  copyTo(path, scrapes);
  return opened({path, limitBytes: 60_000});
};

it('makes room for a lowered limit bit by bit', () => {
  const {journal, path, lost, lines} = openedAboveLimit(2500);
  const left = [];
  for (const timeMs of [2501, 2502, 2503, 2504]) {
    journal.append([blockOf('up', 10, timeMs)]);
    left.push(countOf(path, 'blocks'));
  }
  expect(left.slice(0, 2)).toEqual([1501, 502]);
  expect(left.at(-1)).toBeLessThan(300);
  expect(left.at(-1)).toBeGreaterThan(10);
  expect(timesOf(journal, 'a').at(-1)).toBe(2504);
  expect(sumOf(lost) + 10 * timesOf(journal, 'a').length).toBe(25_040);
  expect(lines).toHaveLength(1);
});

it('makes room wholly or not at all, and counts what it dropped also where the scrape itself is not taken', () => {
  const {journal, path, lost} = openedAboveLimit(500);
  const db = new Libsql(path);
  db.exec(`CREATE TRIGGER t BEFORE DELETE ON blocks WHEN old.id = 20 BEGIN SELECT RAISE(ABORT, 'no'); END`);
  expect(() => journal.append([blockOf('up', 10, 501)])).toThrow('no');
  expect([lost, countOf(path, 'blocks')]).toEqual([[], 500]);
  db.exec(`DROP TRIGGER t; CREATE TRIGGER t BEFORE INSERT ON blocks BEGIN SELECT RAISE(ABORT, 'no'); END`);
  expect(() => journal.append([blockOf('up', 10, 501)])).toThrow('no');
  expect(sumOf(lost) + 10 * countOf(path, 'blocks')).toBe(5000);
  expect(sumOf(lost)).toBeGreaterThan(0);
  db.close();
});

it('drops nothing that is waited for while there are layouts that no scrape has', () => {
  const {journal, path, lost} = opened({limitBytes: 300_000});
  journal.keepFor(['a']);
  for (let timeMs = 1; timeMs <= 15; timeMs += 1) {
    journal.append([blockOf(`own${timeMs}`, 1000, timeMs)]);
    journal.advance('a', timeMs);
  }
  for (let timeMs = 16; timeMs <= 35; timeMs += 1) journal.append([blockOf('same', 1000, timeMs)]);
  expect([lost, timesOf(journal, 'a').length]).toEqual([[], 20]);
  expect(countOf(path, 'layouts')).toBe(1);
});

describe('a file', () => {
  it('that can not be written loses what comes meanwhile, and no more', () => {
    const {journal, path, lines, lost} = opened();
    journal.keepFor(['a']);
    journal.append([blockOf('up', 2, 1000)]);
    const other = new Libsql(path);
    other.exec('BEGIN IMMEDIATE');
    journal.append([blockOf('up', 2, 2000), blockOf('x', 1, 2000)]);
    journal.append([blockOf('up', 2, 3000)]);
    // Delivery goes on: what the file can't be told is kept in mind.
    journal.advance('a', 1);
    expect(timesOf(journal, 'a')).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    journal.append([blockOf('up', 2, 4000)]);
    expect(timesOf(journal, 'a')).toEqual([4000]);
    expect(lost).toEqual(['3 file', '2 file']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('database is locked');
  });

  it('that is damaged is kept aside, and a new one begun', () => {
    const path = newPath();
    const first = opened({path}).journal;
    first.keepFor(['a']);
    first.append([blockOf('up', 1000, 1000)]);
    first.close();
    writeFileSync(path, 'x'.repeat(50_000));
    rmSync(`${path}-wal`, {force: true});
    const {journal, lines} = opened({path});
    journal.keepFor(['a']);
    journal.append([blockOf('up', 2, 2000)]);
    expect(timesOf(journal, 'a')).toEqual([2000]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('is damaged');
    expect(readdirSync(dirname(path)).filter((name) => name.includes('.damaged-'))).not.toEqual([]);
  });

  // The second one can't tell how much was in it.
  it.each([
    ['DROP TABLE cursors', ['2 file']],
    ['ALTER TABLE blocks RENAME COLUMN sampled TO x', []],
  ] as const)('of another schema is damaged: %s', (damage, counted) => {
    const path = newPath();
    const first = opened({path}).journal;
    first.keepFor(['a']);
    first.append([blockOf('up', 2, 1000)]);
    first.close();
    const db = new Libsql(path);
    db.exec(damage);
    db.close();
    const {journal, lines, lost} = opened({path});
    journal.keepFor(['a']);
    journal.append([blockOf('up', 2, 2000)]);
    journal.append([blockOf('up', 2, 3000)]);
    expect(timesOf(journal, 'a')).toContain(3000);
    expect(lost).toEqual(counted);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('is damaged');
  });

  it('that is found damaged while it is open is replaced, and numbers go on', () => {
    const {journal, path, lines, lost} = opened();
    journal.keepFor(['a']);
    for (let timeMs = 1; timeMs <= 3; timeMs += 1) journal.append([blockOf('up', 2, timeMs)]);
    const db = new Libsql(path);
    db.exec(`UPDATE blocks SET sampled = x'00' WHERE id = 1`);
    db.close();
    expect(journal.after(0)).toBeUndefined();
    // One of the three can't tell.
    expect(lost).toEqual(['4 file']);
    journal.append([blockOf('up', 2, 4)]);
    expect(timesOf(journal, 'a')).toEqual([4]);
    expect(journal.cursor('a')).toBe(0);
    expect(waiting(journal, 'a')[0]?.id).toBe(4);
    expect(lines).toHaveLength(1);
  });

  it('that can not be read leaves the time since when scrapes wait as it was, until it is known', () => {
    const {journal, path, lines} = opened();
    journal.keepFor(['a']);
    journal.append([blockOf('up', 2, 1000)]);
    expect(journal.waitingSinceMs('a')).toBe(1000);
    const db = new Libsql(path);
    db.exec('DELETE FROM layouts; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    writeFileSync(path, 'x'.repeat(50_000));
    expect(journal.waitingSinceMs('a')).toBe(1000);
    expect(lines[0]).toContain('is damaged');
    // The new file has none.
    expect(journal.waitingSinceMs('a')).toBeUndefined();
  });

  it('of a newer version is refused', () => {
    const {path, journal} = opened();
    journal.keepFor(['a']);
    journal.append([blockOf('up', 1, 1000)]);
    journal.close();
    const db = new Libsql(path);
    db.exec('PRAGMA user_version = 2');
    db.close();
    expect(() => opened({path})).toThrow('written by a newer speedtest-bridge');
  });
});

it('has all that was appended when the process is killed', async () => {
  const path = newPath();
  const dist = (file: string): string => pathToFileURL(`dist/${file}.js`).href;
  const code = `
    import {openScrapeJournal} from '${dist('forwarding/scrape-journal')}';
    import {createLayout} from '${dist('scrape/layout')}';
    const journal = openScrapeJournal(
      {path: ${JSON.stringify(path)}, limitBytes: 1e8, onLost: process.exit, log: {error: process.exit}});
    journal.keepFor(['a']);
    const family = {name: 'a', type: 'gauge', help: '', unit: ''};
    const layout = createLayout(Array.from({length: 500}, (_, index) =>
      ({labels: [['__name__', 'a'], ['index', String(index)]], family})));
    for (let timeMs = 1; ; timeMs += 1) {
      journal.append([{layout, timeMs, values: new Float64Array(500).fill(timeMs)}]);
      process.stdout.write(timeMs + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let told = 0;
  for await (const line of createInterface(child.stdout)) {
    told = Number.parseInt(line, 10);
    if (told === 30) child.kill('SIGKILL');
  }
  await exited;
  expect(told).toBeGreaterThanOrEqual(30);
  const {journal, lines} = opened({path});
  const scrapes = waiting(journal, 'a');
  expect(scrapes.length).toBeGreaterThanOrEqual(told);
  expect(scrapes.map(({blocks}) => blocks[0].values[499])).toEqual(scrapes.map((_, index) => index + 1));
  expect(lines).toEqual([]);
});

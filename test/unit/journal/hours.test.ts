import {truncateSync} from 'node:fs';
import fc from 'fast-check';
import Libsql from 'libsql';
import {describe, expect, it} from 'vitest';
import {openDatabase} from '../../../src/journal/database.ts';
import {type Step, type Summary, type ValueName, valueNames} from '../../../src/journal/history.ts';
import type {Journal} from '../../../src/journal/journal.ts';
import {openMemoryJournal} from '../../../src/journal/memory-journal.ts';
import {migrations} from '../../../src/journal/migrations.ts';
import {replaceDamaged} from '../../../src/journal/salvage.ts';
import {createJournal, openJournal} from '../../../src/journal/sqlite-journal.ts';
import type {Measurement, TestResult} from '../../../src/result.ts';
import {completed, failed, skipped} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

const hourMs = 3_600_000;
const startMs = 1_790_000_000_000 - (1_790_000_000_000 % hourMs);
const spanMs = 6 * hourMs;
const all = {fromMs: 0, toMs: 1e14};

const measuredOf: Readonly<Record<ValueName, (measured: Measurement) => number | undefined>> = {
  downloadBytesPerSecond: (m) => m.download?.bytesPerSecond,
  uploadBytesPerSecond: (m) => m.upload?.bytesPerSecond,
  pingMs: (m) => m.ping?.latencyMs,
  jitterMs: (m) => m.ping?.jitterMs,
  downloadLatencyMs: (m) => m.download?.latency?.iqmMs,
  uploadLatencyMs: (m) => m.upload?.latency?.iqmMs,
  packetLossPercent: (m) => m.packetLossPercent,
};

const summaryOf = (values: readonly number[]): Summary => ({
  count: values.length,
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  low: Math.min(...values),
  high: Math.max(...values),
});

/** The steps as they follow from the results themselves. */
const recomputed = (results: readonly TestResult[], fromMs: number, stepMs: number): readonly Step[] => {
  const keyOf = (result: TestResult) =>
    JSON.stringify([result.job, Math.floor((result.endedAtMs - fromMs) / stepMs)]);
  const keys = [...new Set(results.map(keyOf))];
  return keys
    .map((key): Step => {
      const [job, number] = JSON.parse(key);
      const those = results.filter((result) => keyOf(result) === key);
      const measured = those.flatMap((result) => (result.status === 'completed' ? [result.measurement] : []));
      const summaries = valueNames.flatMap((name) => {
        const values = measured.flatMap((measurement) => measuredOf[name](measurement) ?? []);
        return values.length === 0 ? [] : [[name, summaryOf(values)] as const];
      });
      return {
        job,
        startMs: fromMs + number * stepMs,
        completed: measured.length,
        failed: those.filter(({status}) => status === 'failed').length,
        skipped: those.filter(({status}) => status === 'skipped').length,
        unhealthy: those.filter((result) => result.status === 'completed' && result.healthy === false).length,
        values: Object.fromEntries(summaries),
      };
    })
    .sort((a, b) => (a.job < b.job ? -1 : a.job > b.job ? 1 : a.startMs - b.startMs));
};

const resultsOf = (journal: Journal): readonly TestResult[] =>
  journal.after(0, 10_000).map(({result}) => result);

const expectRightHours = (journal: Journal): void => {
  const hourly = journal.steps({...all, stepMs: hourMs, exact: false});
  expect(hourly).toEqual(recomputed(resultsOf(journal), 0, hourMs));
};

// Whole quarters, the sums of which don't depend on the order.
const quarters = fc.integer({min: 0, max: 4_000_000}).map((count) => count / 4);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: undefined});
const latency = quarters.map((iqmMs) => ({iqmMs, lowMs: 1, highMs: 2, jitterMs: 3}));
const transfer = fc
  .record({bytesPerSecond: quarters, latency: maybe(latency)})
  .map(({bytesPerSecond, latency: loaded}) => ({bytesPerSecond, ...(loaded && {latency: loaded})}));
const measurement: fc.Arbitrary<Measurement> = fc
  .record({
    download: maybe(transfer),
    upload: maybe(transfer),
    ping: maybe(quarters.map((latencyMs) => ({latencyMs, jitterMs: latencyMs / 2}))),
    packetLossPercent: maybe(quarters),
  })
  .map((given) => JSON.parse(JSON.stringify({engine: {name: 'e'}, server: {}, ...given})));
const result: fc.Arbitrary<TestResult> = fc
  .record({
    job: fc.constantFrom('wan', "o'ther", 'ü'),
    endedAtMs: fc.integer({min: startMs, max: startMs + spanMs}),
    kind: fc.constantFrom('completed', 'completed', 'completed', 'failed', 'skipped'),
    measurement,
    healthy: maybe(fc.boolean()),
  })
  .map(({kind, healthy, measurement: measured, ...base}): TestResult => {
    if (kind === 'failed') return failed(base);
    if (kind === 'skipped') return skipped(base);
    return completed({...base, measurement: measured, ...(healthy !== undefined && {healthy})});
  });
const results = fc.array(result, {maxLength: 60});

describe('the sums of each hour', () => {
  it('are those of the results that are there', () => {
    fc.assert(
      fc.property(results, fc.integer({min: 0, max: spanMs}), (given, prunedMs) => {
        const journal = createJournal(openDatabase(':memory:'));
        given.forEach((each, index) => {
          if (index % 4 === 3) for (const _ of [1, 2]) journal.importResult(each, String(index));
          else journal.append(each);
        });
        expectRightHours(journal);
        journal.prune(startMs + prunedMs, []);
        expectRightHours(journal);
        journal.close();
      }),
      {numRuns: 100},
    );
  });

  it('add up to any longer step, and the results themselves to any at all', () => {
    fc.assert(
      fc.property(
        results,
        fc.integer({min: 1, max: 4 * hourMs}),
        fc.constantFrom(1, 2, 5),
        (given, stepMs, hours) => {
          const journal = createJournal(openDatabase(':memory:'));
          for (const each of given) journal.append(each);
          const range = {fromMs: startMs, toMs: startMs + 2 * spanMs};
          expect(journal.steps({...range, stepMs, exact: true})).toEqual(recomputed(given, startMs, stepMs));
          expect(journal.steps({...range, stepMs: hours * hourMs, exact: false})).toEqual(
            recomputed(given, startMs, hours * hourMs),
          );
          const ofJob = given.filter(({job}) => job === 'ü');
          for (const exact of [true, false]) {
            expect(journal.steps({...range, job: 'ü', stepMs: hourMs, exact})).toEqual(
              recomputed(ofJob, startMs, hourMs),
            );
          }
          journal.close();
        },
      ),
      {numRuns: 50},
    );
  });

  it('are left as they were by a result that could not be appended', () => {
    const db = openDatabase(':memory:');
    const journal = createJournal(db);
    journal.append(completed({endedAtMs: startMs}));
    db.exec(`CREATE TRIGGER full AFTER UPDATE ON hours BEGIN SELECT RAISE(ABORT, 'full'); END`);
    expect(() => journal.append(failed({endedAtMs: startMs}))).toThrow('full');
    expect(journal.lastId()).toBe(1);
    expectRightHours(journal);
    journal.close();
  });

  it('take the range from its start to before its end', () => {
    const journal = open();
    for (const endedAtMs of [1000, 2000, 3000]) journal.append(completed({endedAtMs}));
    expect(journal.steps({fromMs: 1000, toMs: 3000, stepMs: 5000, exact: true})).toMatchObject([
      {startMs: 1000, completed: 2},
    ]);
  });

  it('are made in a file of an earlier version, and in memory while that can only be read', () => {
    const path = newPath();
    openDatabase(path).close();
    const old = new Libsql(`${path}.old`);
    old.exec(`BEGIN; ${migrations.slice(0, 3).join('')}`);
    const insert = old.prepare('INSERT INTO results (job, status, ended_at_ms, body) VALUES (?, ?, ?, ?)');
    const given = fc.sample(result, {numRuns: 200, seed: 1});
    for (const each of given) insert.run(each.job, each.status, each.endedAtMs, JSON.stringify(each));
    old.exec('PRAGMA user_version = 3; COMMIT');
    old.close();
    const memory = openMemoryJournal(`${path}.old`, () => undefined, 0);
    const taken = memory.following(all, undefined, 1000).map((row) => row.result);
    expect(taken.length).toBeGreaterThan(0);
    expect(memory.steps({...all, stepMs: hourMs, exact: false})).toEqual(recomputed(taken, 0, hourMs));
    memory.close();
    expectRightHours(open(`${path}.old`));
  });

  it('go on while the file can not be written, and are right afterwards', () => {
    const path = newPath();
    const disk = open(path);
    disk.append(completed({endedAtMs: startMs}));
    const memory = openMemoryJournal(path, () => disk, 0);
    memory.append(completed({endedAtMs: startMs + 1, healthy: false}));
    expect(memory.steps({...all, stepMs: 1, exact: true})).toMatchObject([
      {startMs, completed: 2, unhealthy: 1},
    ]);
    disk.append(failed({endedAtMs: startMs + 2}));
    expect(memory.saveTo(disk, 10_000)).toBe(1);
    memory.close();
    expectRightHours(disk);
  });

  it('are right after the file was damaged', () => {
    const path = newPath();
    const journal = openJournal(path);
    for (let index = 0; index < 200; index += 1)
      journal.append(completed({endedAtMs: startMs + index * 60_000}));
    journal.close();
    truncateSync(path, 30 * 4096);
    const {results: saved} = replaceDamaged(path, {lastId: 200, cursors: new Map()});
    expect(saved).toBeGreaterThan(10);
    expect(saved).toBeLessThan(200);
    expectRightHours(open(path));
  });
});

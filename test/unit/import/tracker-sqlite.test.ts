import {chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createClock} from '../../../src/import/clock.ts';
import type {SourceRow} from '../../../src/import/source.ts';
import {readTracker} from '../../../src/import/tracker.ts';
import {trackerSqlite} from '../../../src/import/tracker-sqlite.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {failedTrackerRow, splitTrackerRow, trackerRow} from '../../fixtures/tracker.ts';
import {makeTrackerDatabase, type trackerSchemas} from '../../fixtures/tracker-database.ts';

const reading = () => ({job: 'wan', clock: createClock('FILE', 'Europe/Berlin')});

const readAll = async (
  path: string,
  signal = new AbortController().signal,
): Promise<readonly SourceRow[]> => {
  const rows: SourceRow[] = [];
  for await (const batch of trackerSqlite(path, reading()).batches(signal)) rows.push(...batch.rows);
  return rows;
};

const make = (schema: keyof typeof trackerSchemas, rows: readonly Readonly<Record<string, unknown>>[]) => {
  const path = join(temporaryFolder(), "it's 100% a file?.sqlite");
  const database = makeTrackerDatabase(path, schema, rows);
  onTestFinished(database.close);
  return {path, ...database};
};

/** Has root, whom no mode of a file keeps from writing, be nobody for the rest of the test. */
const withoutRights = (): void => {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.('nobody');
  onTestFinished(() => process.seteuid?.(0));
};

/** A copy of a database and of what lies beside it, in a folder of its own. */
const copyOf = (path: string, ...beside: readonly string[]): string => {
  const copy = join(temporaryFolder(), 'copy.sqlite');
  for (const suffix of ['', ...beside]) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
  return copy;
};

/** Lets nothing be written in a database's folder, nor to any file in it, for the rest of the test. */
const writeProtect = (path: string): void => {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444);
  chmodSync(folder, 0o555);
  onTestFinished(() => chmodSync(folder, 0o700));
  withoutRights();
  expect(() => writeFileSync(join(folder, 'another'), '')).toThrow('EACCES');
};

const expected = (row: Readonly<Record<string, unknown>>): SourceRow => ({
  place: `result ${String(row['id'])}`,
  imported: readTracker(row, reading()),
});

describe("Speedtest Tracker's file", () => {
  it.each([
    ['data', [trackerRow(), failedTrackerRow({id: 18}), trackerRow({id: 40, status: 'running'})]],
    ['split', [splitTrackerRow(), splitTrackerRow({id: 18, status: 'failed', error_message: 'Timeout'})]],
    [
      'first',
      [
        {
          id: 1,
          ping: 11.25,
          download: 1e8,
          upload: 1e7,
          data: trackerRow()['data'],
          created_at: '2022-10-01 07:07:21',
        },
        {id: 2, successful: 0, created_at: '2022-10-01 08:07:21'},
      ],
    ],
  ] as const)('with the table of %s gives what is in its rows', async (schema, rows) => {
    const {path} = make(schema, rows);
    expect(await readAll(path)).toEqual(rows.map(expected));
  });

  it('is read to its end, in order, and tells how far that is', async () => {
    const ids = Array.from({length: 1200}, (_, index) => 1200 - index);
    const {path} = make(
      'data',
      ids.map((id) => failedTrackerRow({id: 10 * id})),
    );
    const found: string[] = [];
    const fractions: unknown[] = [];
    for await (const {rows, fraction} of trackerSqlite(path, reading()).batches(
      new AbortController().signal,
    )) {
      found.push(...rows.map(({place}) => place));
      fractions.push(fraction);
    }
    expect(found).toEqual(ids.toReversed().map((id) => `result ${10 * id}`));
    expect(fractions).toEqual([expect.closeTo(0.416, 2), expect.closeTo(0.833, 2), 1]);
  });

  it('may have no results', async () => {
    expect(await readAll(make('data', []).path)).toEqual([]);
  });

  it('is read while its program is at it, with what that has written by then, and is not changed', async () => {
    const {path, add, db} = make('data', [trackerRow()]);
    add(trackerRow({id: 18}));
    db.exec('BEGIN IMMEDIATE');
    add(trackerRow({id: 19}));
    const before = readFileSync(path);
    expect((await readAll(path)).map(({place}) => place)).toEqual(['result 17', 'result 18']);
    db.exec('COMMIT');
    expect((await readAll(path)).map(({place}) => place)).toEqual(['result 17', 'result 18', 'result 19']);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is read where nothing can be written', async () => {
    const {path, db} = make('data', [trackerRow()]);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const copy = copyOf(path);
    writeProtect(copy);
    expect(await readAll(copy)).toHaveLength(1);
  });

  it('is not read without the write-ahead log that it needs', async () => {
    const {path, db, add} = make('data', [trackerRow()]);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    add(trackerRow({id: 18}));
    const copy = copyOf(path, '-wal');
    expect(await readAll(copyOf(path, '-wal'))).toHaveLength(2);
    writeProtect(copy);
    await expect(readAll(copy)).rejects.toMatchObject({
      kind: 'unusable',
      message:
        `${copy} lacks what only ${copy}-wal has, which cannot be read where nothing can be written: ` +
        'start its program once, or copy all its files to where they may be written',
    });
  });

  it.each(['where all can be written', 'where nothing can'])(
    'is not read with a transaction that was broken off, %s',
    async (where) => {
      const ids = Array.from({length: 300}, (_, index) => index + 1);
      const {path, db} = make(
        'data',
        ids.map((id) => trackerRow({id, download: 100, comments: 'x'.repeat(1000)})),
      );
      db.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 5; BEGIN; UPDATE results SET download = -1');
      const copy = copyOf(path, '-journal');
      if (where === 'where nothing can') writeProtect(copy);
      await expect(readAll(copy)).rejects.toMatchObject({
        kind: 'unusable',
        message: `${copy} was broken off while it was written, and ${copy}-journal is needed to mend it: start its program once`,
      });
    },
  );

  it('may hold texts that are not UTF-8, numbers in texts, and data that are no JSON', async () => {
    const {path, db} = make('split', [splitTrackerRow({download: '117654321', ping: 'fast', id: 18})]);
    db.exec(`INSERT INTO results (id, status, isp, download, created_at)
      VALUES (19, 'completed', CAST(x'436166FF' AS TEXT), 5, '2026-03-01 07:07:21'),
             (20, 'completed', x'FF00', 5, '2026-03-01 07:07:21')`);
    const [text, isp, blob] = (await readAll(path)).map(({imported}) => imported);
    expect(text).toEqual({kind: 'wrong', problem: expect.stringMatching(/^ping: /)});
    expect(isp).toMatchObject({kind: 'result', result: {measurement: {isp: 'Caf\ufffd'}}});
    expect(blob).toMatchObject({kind: 'result', result: {measurement: {download: {bytesPerSecond: 5}}}});
    const other = make('data', [
      trackerRow({data: '{"isp": '}),
      trackerRow({id: 18, data: JSON.stringify('{"isp":"A"}')}),
    ]);
    const [broken, twice] = (await readAll(other.path)).map(({imported}) => imported);
    expect(broken).toMatchObject({kind: 'result', result: {measurement: {ping: {latencyMs: 11.25}}}});
    expect(twice).toMatchObject({kind: 'result', result: {measurement: {isp: 'A'}}});
  });

  it.each([
    ['is not there, or no file', () => undefined],
    ['is no SQLite database', (path: string) => writeFileSync(path, 'results\n'.repeat(1000))],
    [
      'has no table of results: is it the database of Speedtest Tracker?',
      (path: string) => {
        const {db, close} = makeTrackerDatabase(path, 'data', []);
        db.exec('ALTER TABLE results RENAME TO others');
        close();
      },
    ],
  ])('may be none: it %s', async (problem, prepare) => {
    const path = join(temporaryFolder(), 'database.sqlite');
    prepare(path);
    await expect(readAll(path)).rejects.toMatchObject({kind: 'unusable', message: `${path} ${problem}`});
  });

  it('is not read on when that is called off', async () => {
    const {path} = make('data', [trackerRow()]);
    await expect(readAll(path, AbortSignal.abort(new Error('told to stop')))).rejects.toThrow('told to stop');
  });
});

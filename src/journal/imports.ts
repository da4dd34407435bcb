import type {TestResult} from '../result.ts';
import {checksumOf} from './checksum.ts';
import {UnreadableRowError} from './fault.ts';
import type {ImportJournal, KeyedResult} from './import-journal.ts';
import {columnsOf, command, type Database, statement, textOf} from './query.ts';
import type {JournalRow} from './row.ts';

/** Gives those of some keys that results were imported under. The table of keys is the same in each version of the schema. */
export const openKeys = (db: Database): ((keys: readonly string[]) => ReadonlySet<string>) => {
  const find = statement(
    db,
    `SELECT CAST(json_group_array(value) AS BLOB) FROM json_each(?) WHERE value IN (SELECT key FROM imports)`,
  );
  return (keys) => {
    const known: unknown = JSON.parse(textOf(columnsOf(find.get(JSON.stringify(keys)))[0]));
    if (!Array.isArray(known)) throw new UnreadableRowError('journal: no array of keys');
    return new Set(known.map(String));
  };
};

/** What is asked of the journal's other parts. */
interface Parts {
  nextId(): number;
  /** Inserts a result, which the other parts then know of. */
  insertResult(result: TestResult): JournalRow;
  /** When the job's newest completed test ended up to a time. */
  lastSuccess(job: string, upToMs: number): number | undefined;
  /** Take note of results that are inserted in another way, in the same transaction. */
  readonly usage: {add(results: readonly TestResult[]): void};
  readonly hours: {addFrom(id: number): void};
}

/**
 * The part of the journal that takes what other programs recorded. Many results at a time go to SQLite as one JSON text: a
 * call for each of them would take longer than all that SQLite does.
 */
export const openImports = (
  db: Database,
  {nextId, insertResult, lastSuccess, usage, hours}: Parts,
): ImportJournal => {
  const insertKey = command(db, 'INSERT OR IGNORE INTO imports (key) VALUES (?)');
  const knownKeys = openKeys(db);
  const insertKeys = command(db, 'INSERT INTO imports (key) SELECT value FROM json_each(?)');
  const insertRows = command(
    db,
    `INSERT INTO results (id, job, status, ended_at_ms, last_success_ms, checksum, body)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
         FROM json_each(?)`,
  );

  /** Those whose keys are not known, the first of each key. */
  const newOnes = (keyed: readonly KeyedResult[]): ReadonlyMap<string, TestResult> => {
    const found = new Map<string, TestResult>();
    for (const {key, result} of keyed) if (!found.has(key)) found.set(key, result);
    for (const key of knownKeys([...found.keys()])) found.delete(key);
    return found;
  };

  /** As `lastSuccess`, with the results before this one, which are yet to be inserted. */
  const lastSuccessAmong = (results: readonly TestResult[], index: number): number | null => {
    const result = results[index];
    if (result === undefined) return null;
    if (result.status === 'completed') return result.endedAtMs;
    const ends = results
      .slice(0, index)
      .filter(
        ({job, status, endedAtMs}) =>
          job === result.job && status === 'completed' && endedAtMs <= result.endedAtMs,
      )
      .map(({endedAtMs}) => endedAtMs);
    const inserted = lastSuccess(result.job, result.endedAtMs);
    return [...ends, inserted].reduce<number | null>(
      (last, ms) => (ms === undefined ? last : Math.max(last ?? ms, ms)),
      null,
    );
  };

  const importResults = db.transaction((keyed: readonly KeyedResult[]): readonly TestResult[] => {
    const found = newOnes(keyed);
    const results = [...found.values()];
    const firstId = nextId();
    const rows = results.map((result, index) => {
      const id = firstId + index;
      const lastSuccessMs = lastSuccessAmong(results, index);
      const body = JSON.stringify(result);
      const checksum = checksumOf(id, lastSuccessMs, body);
      return [id, result.job.toWellFormed(), result.status, result.endedAtMs, lastSuccessMs, checksum, body];
    });
    insertKeys.run(JSON.stringify([...found.keys()]));
    insertRows.run(JSON.stringify(rows));
    usage.add(results);
    hours.addFrom(firstId);
    return results;
  });

  const importResult = db.transaction((result: TestResult, key: string): JournalRow | undefined =>
    insertKey.run(key) === 0 ? undefined : insertResult(result),
  );

  return {
    importResult: (result, key) => importResult.immediate(result, key),
    importResults: (keyed) => importResults.immediate(keyed),
    wasImported: (key) => knownKeys([key]).has(key),
  };
};

import Libsql from 'libsql';
import {expect, it} from 'vitest';
import {verifyRows} from '../../../src/journal/checksum.ts';
import {UnreadableRowError} from '../../../src/journal/fault.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed, failed} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

/** A journal of three results to which something was done. */
const after = (sql: string): string => {
  const path = newPath();
  const journal = openJournal(path);
  for (const result of [completed(), failed(), completed({job: 'größer'})]) journal.append(result);
  journal.close();
  const db = new Libsql(path);
  db.exec(sql);
  db.close();
  return path;
};

it.each([
  ['a changed digit', `UPDATE results SET body = replace(body, '"latencyMs":11.25', '"latencyMs":11.26')`],
  ['another time of the last success', 'UPDATE results SET last_success_ms = last_success_ms + 1'],
  ['another number', 'UPDATE results SET id = 7 WHERE id = 3'],
  ['a line feed', `UPDATE results SET body = body || char(10) WHERE id = 2`],
  ['nothing', `UPDATE results SET body = '' WHERE id = 2`],
  ['another checksum', 'UPDATE results SET checksum = checksum + 1 WHERE id = 1'],
])('a row with %s is not taken for a result', (_, sql) => {
  expect(() => open(after(sql)).after(0, 10)).toThrow(UnreadableRowError);
});

it('rows are as they were written', () => {
  const rows = open(after('SELECT 1')).after(0, 10);
  expect(rows.map(({id, result}) => [id, result.job])).toEqual([
    [1, 'wan'],
    [2, 'wan'],
    [3, 'größer'],
  ]);
});

it('rows from before there were checksums are taken', () => {
  expect(open(after('UPDATE results SET checksum = NULL')).after(0, 10)).toHaveLength(3);
});

it('no rows are right', () => {
  expect(() => verifyRows(Buffer.from('[]'))).not.toThrow();
});

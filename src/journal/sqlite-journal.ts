import {openDatabase} from './database.ts';
import {openDestinations} from './destinations.ts';
import {hourMs, openHours} from './hours.ts';
import type {Journal} from './journal.ts';
import {command, type Database, numberQuery, statement} from './query.ts';
import {openResults} from './results.ts';
import {openUsage} from './usage.ts';

/** The journal in an open database, which it closes. */
export const createJournal = (db: Database): Journal => {
  const results = openResults(db);
  const destinations = openDestinations(db, results.lastId);

  const prunable = `ended_at_ms < ?1 AND id <= ?2 AND id NOT IN (
      SELECT result_id FROM live WHERE destination IN (SELECT value FROM json_each(?3))
      UNION SELECT result_id FROM rejections WHERE retry = 1 AND destination IN (SELECT value FROM json_each(?3)))`;
  const prunableHours = statement(
    db,
    `SELECT DISTINCT CAST(job AS BLOB), ended_at_ms / ${hourMs} * ${hourMs} FROM results WHERE ${prunable}`,
  );
  const deleteBefore = command(db, `DELETE FROM results WHERE ${prunable}`);
  const deleteOrphans = command(db, 'DELETE FROM rejections WHERE result_id NOT IN (SELECT id FROM results)');
  const usage = openUsage(db);
  const hours = openHours(db);
  const prune = db.transaction((beforeMs: number, names: readonly string[]): number => {
    const doneId = Math.min(results.lastId(), ...names.map(destinations.cursor));
    const parameters = [beforeMs, doneId, JSON.stringify(names)];
    const touched = prunableHours.all(...parameters);
    const changes = deleteBefore.run(...parameters);
    if (changes > 0) deleteOrphans.run();
    hours.recount(touched);
    usage.prune(beforeMs);
    return changes;
  });

  const dataVersion = numberQuery(db, 'PRAGMA data_version');

  return {
    ...results,
    ...destinations,
    prune: (beforeMs, names) => prune.immediate(beforeMs, names),
    foreignChanges: () => dataVersion() ?? 0,
    numbering: () => 0,
    close: () => {
      db.close();
    },
  };
};

/** Opens the journal at `path`. Throws a `JournalError` when the file can't be used. */
export const openJournal = (path: string): Journal => createJournal(openDatabase(path));

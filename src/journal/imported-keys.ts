import {openUnchanged} from './database.ts';
import type {ImportJournal} from './import-journal.ts';
import {openKeys} from './imports.ts';

/** What tells whether a journal has a result already. */
export interface ImportedKeys extends Pick<ImportJournal, 'wasImported'> {
  close(): void;
}

/**
 * Opens a journal of any version up to this one's for its keys alone: nothing of it is changed, and a bridge may have it
 * open. Gives undefined where there is no journal yet. Throws a `JournalError`.
 */
export const openImportedKeys = (path: string): ImportedKeys | undefined => {
  const db = openUnchanged(path);
  return db && {wasImported: openKeys(db), close: () => void db.close()};
};

import {openUnchanged} from './database.ts';
import {openKeys} from './imports.ts';

/**
 * Gives those of some keys that results were imported under, in a journal of any version up to this one's: nothing of it is
 * changed, and a bridge may have it open. None are where there is no journal yet. Throws a `JournalError`.
 */
export const importedKeys = (path: string, keys: readonly string[]): ReadonlySet<string> => {
  const db = openUnchanged(path);
  if (db === undefined) return new Set();
  try {
    return openKeys(db)(keys);
  } finally {
    db.close();
  }
};

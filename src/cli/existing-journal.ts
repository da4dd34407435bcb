import {existsSync} from 'node:fs';
import {JournalError} from '../journal/database.ts';
import type {Journal} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';

/** Opens a journal for those who only read what is in it: makes none. Throws a `JournalError`, also where there is none. */
export const openExistingJournal = (path: string): Journal => {
  if (existsSync(path)) return openJournal(path);
  throw new JournalError(`journal ${path} is not there: nothing was tested yet (storage.path)`);
};

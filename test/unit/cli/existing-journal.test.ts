import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {openExistingJournal} from '../../../src/cli/existing-journal.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

it('a journal is opened where there is one, and not made where there is none', () => {
  const path = join(temporaryFolder(), 'journal.db');
  expect(() => openExistingJournal(path)).toThrow(
    `journal ${path} is not there: nothing was tested yet (storage.path)`,
  );
  expect(existsSync(path)).toBe(false);
  const made = openJournal(path);
  onTestFinished(() => made.close());
  made.append(completed());
  const journal = openExistingJournal(path);
  onTestFinished(() => journal.close());
  expect(journal.lastId()).toBe(1);
});

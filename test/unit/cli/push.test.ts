import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {push} from '../../../src/cli/push.ts';
import {loadConfig} from '../../../src/config/load.ts';
import {lockJournal, openDatabase} from '../../../src/journal/database.ts';
import {numberQuery} from '../../../src/journal/query.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {freePort} from '../../peers/port.ts';
import {startReceiver} from '../../peers/receiver.ts';
import {makeDamaged} from './damaged.ts';
import {keepPrinted} from './printed.ts';

it('keeps in the journal what can not be delivered within 15 s, and says so', async () => {
  const receiver = await startReceiver({kind: 'status', reply: {status: 400, body: 'label too long'}});
  onTestFinished(() => receiver.stop());
  const port = await freePort();
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const file = join(folder, 'bridge.yaml');
  const destinations = [
    {name: 'down', url: `http://127.0.0.1:${port}/`},
    {name: 'picky', url: receiver.url},
  ];
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({jobs: [], remote_write: destinations, storage: {path}}));
  const config = loadConfig({file, flags: {}, env: {}});
  const journal = openJournal(path);
  onTestFinished(() => journal.close());
  const printed = keepPrinted();
  vi.useFakeTimers({now: Date.now(), toFake: ['Date']});
  onTestFinished(() => void vi.useRealTimers());

  const pushing = push(config, completed(), '1.2.3', new AbortController().signal);
  await vi.waitFor(
    () => {
      expect(journal.status('down')?.failure).toBeDefined();
      expect(journal.status('picky')?.rejected).toBe(1);
    },
    {timeout: 10_000},
  );
  expect(printed.stderr()).toBe('');
  vi.setSystemTime(Date.now() + 15_001);
  expect(await pushing).toBe(false);
  expect(printed.stderr()).toBe(
    `down: kept in the journal for later: connection refused by 127.0.0.1:${port}\n` +
      'picky: rejected: HTTP 400 Bad Request: label too long\n',
  );
  expect(journal.status('down')).toMatchObject({lag: 1, rejected: 0});
});

/** Pushes a result to a destination that is not there. */
const pushTo = (path: string, signal = new AbortController().signal): Promise<boolean> => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  const destination = {name: 'store', url: 'http://127.0.0.1:9/'};
  writeFileSync(file, JSON.stringify({jobs: [], remote_write: [destination], storage: {path}}));
  return push(loadConfig({file, flags: {}, env: {}}), completed(), '1.2.3', signal);
};

it('names a journal that cannot be written', async () => {
  const path = makeDamaged(temporaryFolder(), 'cursors');
  await expect(pushTo(path)).rejects.toThrow(
    new RegExp(`^journal ${path} cannot be written: .* \\(storage\\.path\\)$`),
  );
});

it('names a journal that cannot be read when it tells the verdicts', async () => {
  const path = makeDamaged(temporaryFolder(), 'sqlite_autoindex_rejections_1');
  await expect(pushTo(path, AbortSignal.abort())).rejects.toThrow(
    new RegExp(`^journal ${path} cannot be read: .* \\(storage\\.path\\)$`),
  );
});

it('names a journal that is damaged while it waits for another process to deliver', async () => {
  const path = join(temporaryFolder(), 'journal.db');
  const unlock = lockJournal(path);
  onTestFinished(() => unlock?.());
  const pushing = pushTo(path);
  const db = openDatabase(path);
  onTestFinished(() => void db.close());
  // Another process's checkpoint has the pages read from the file again.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const page = numberQuery(db, `SELECT rootpage FROM sqlite_schema WHERE name = 'cursors'`)() ?? 0;
  writeFileSync(path, readFileSync(path).fill('x', (page - 1) * 4096, page * 4096));
  await expect(pushing).rejects.toThrow(
    new RegExp(`^journal ${path} cannot be read: .* \\(storage\\.path\\)$`),
  );
});

import {existsSync, truncateSync} from 'node:fs';
import {dirname} from 'node:path';
import {pathToFileURL} from 'node:url';
import Libsql from 'libsql';
import {faultOf} from './fault.ts';
import {makeFolder} from './folder.ts';
import {migrations} from './migrations.ts';
import {columnsOf, type Database, numberQuery, statement, textOf} from './query.ts';

/** The journal's file can't be used. The message is one line that names the file and what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

class Connection extends Libsql {
  override exec(sql: string): this {
    // On a full disk SQLite rolls back by itself. Rolling back again would be an error that hides the first one.
    if (sql !== 'ROLLBACK' || this.inTransaction) super.exec(sql);
    return this;
  }
}

/** The version that a journal's schema has once it is opened. */
export const schemaVersion = migrations.length;

/** The version of SQLite that journals are kept with. */
export const sqliteVersion = (): string => {
  const db = new Libsql(':memory:');
  try {
    return textOf(columnsOf(statement(db, 'SELECT CAST(sqlite_version() AS BLOB)').get())[0]);
  } finally {
    db.close();
  }
};

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const problemOf = (error: unknown): string => {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB') return 'is not a journal: it is no SQLite database';
  if (code === 'SQLITE_READONLY') return 'cannot be written';
  if (code === 'SQLITE_CORRUPT')
    return 'is damaged; the command run keeps it aside, and saves what can be read of it';
  const words = error instanceof Error ? error.message : String(error);
  // libsql gives SQLITE_CANTOPEN no code of its own: only SQLite's number, 14, at the end of its message.
  const cause = words.startsWith('ConnectionFailed') ? 'is its folder there, and writable?' : words;
  return `cannot be opened or made: ${cause}`;
};

const explain = (path: string, error: unknown): JournalError =>
  new JournalError(`journal ${path} ${problemOf(error)} (storage.path)`, {cause: error});

// A version that no program will ever have is not a newer one's, but damage.
const newestPlausibleVersion = 9999;

/** How many migrations a database has had. */
const versionOf = (db: Database, path: string, schema: readonly string[]): number => {
  const found = numberQuery(db, 'PRAGMA user_version')() ?? 0;
  if (found > schema.length && found <= newestPlausibleVersion) {
    throw new JournalError(
      `journal ${path} has schema version ${found}, this program knows up to ${schema.length}: ` +
        'it was written by a newer speedtest-bridge; install that one, or use another storage.path',
    );
  }
  if (found < 0 || found > schema.length) throw new Error(`no schema has version ${found}`);
  return found;
};

const migrate = (db: Database, path: string, onOldSchema: () => void, schema: readonly string[]): void => {
  const found = versionOf(db, path, schema);
  if (found === schema.length) return;
  if (found > 0) onOldSchema();
  db.transaction(() => {
    // Another process may have been at it until now.
    for (const migration of schema.slice(versionOf(db, path, schema))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${schema.length}`);
  }).immediate();
};

/**
 * Opens the journal's SQLite file, makes it and its folder where there is none, and brings its schema up to date.
 * Every commit is synced to disk before it returns (WAL, synchronous=FULL).
 * Throws a `JournalError`.
 * @param onOldSchema called before the schema of a file that was there is changed, which may take seconds.
 * @param schema its history: see `migrations`.
 */
export const openDatabase = (
  path: string,
  onOldSchema: () => void = () => {},
  schema: readonly string[] = migrations,
): Database => {
  let db: Database | undefined;
  try {
    makeFolder(dirname(path));
    db = new Connection(path, {timeout: 5000});
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    // A tenth of what is usual: on a small disk the write-ahead log would take the place that the results need.
    db.exec('PRAGMA wal_autocheckpoint = 100');
    migrate(db, path, onOldSchema, schema);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof JournalError ? error : explain(path, error);
  }
};

/**
 * Opens the journal's file only to read it, as it is: it keeps its schema, and nothing is made beside it. Close it at once:
 * what is written by a process that opens the journal later is not seen. Gives undefined where there is no journal yet.
 * Throws a `JournalError`.
 * @param schema its history: see `migrations`.
 * @param lockWaitMs how long to wait for another process that has it locked.
 */
export const openUnchanged = (
  path: string,
  schema: readonly string[] = migrations,
  lockWaitMs = 5000,
): Database | undefined => {
  if (!existsSync(path)) return undefined;
  let db: Database | undefined;
  try {
    // Without a write-ahead log nobody has it open. SQLite would make one to read it by, which another user can't write.
    const mode = existsSync(`${path}-wal`) ? 'mode=ro' : 'immutable=1';
    db = new Connection(`${pathToFileURL(path).href}?${mode}`, {timeout: lockWaitMs});
    if (versionOf(db, path, schema) > 0) return db;
    db.close();
    return undefined;
  } catch (error) {
    db?.close();
    throw error instanceof JournalError ? error : explain(path, error);
  }
};

/** The right to deliver from a journal, which one process at a time has. */
export interface JournalHold {
  /**
   * The highest number of a result that a holder has noted, 0 for a journal without results; undefined where no
   * journal was there before.
   */
  readonly lastId: number | undefined;
  /** Notes it for the next holder. Not synced: after a power failure an older note may be found. */
  noteLastId(id: number): void;
  release(): void;
}

// The note is the lock file's user_version: 0 until there is one, and one more than the number then.
const openLock = (path: string): JournalHold => {
  const db = new Connection(path, {timeout: 0});
  try {
    db.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    const noted = numberQuery(db, 'PRAGMA user_version')() ?? 0;
    return {
      lastId: noted > 0 ? noted - 1 : undefined,
      noteLastId: (id) => {
        db.exec(`PRAGMA user_version = ${id + 1}`);
      },
      release: () => {
        // Closing alone would leave the lock to the garbage collector, which has yet to see to the statement above.
        db.exec('PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema');
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
};

/**
 * Takes the lock that says which process delivers from the journal at `path`: `PATH.lock`.
 * The operating system drops it when the process ends, however it ends.
 * Gives undefined when another process holds it. Throws a `JournalError`.
 */
export const holdJournal = (path: string): JournalHold | undefined => {
  const file = `${path}.lock`;
  try {
    makeFolder(dirname(path));
    try {
      return openLock(file);
    } catch (error) {
      if (faultOf(error) !== 'damaged') throw error;
      // Emptied, not deleted: another process may hold it.
      truncateSync(file);
      return openLock(file);
    }
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') return undefined;
    throw explain(path, error);
  }
};

/** `holdJournal` for those who need no more than the release. */
export const lockJournal = (path: string): (() => void) | undefined => holdJournal(path)?.release;

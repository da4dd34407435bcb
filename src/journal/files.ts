import {closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync} from 'node:fs';

// SQLite's own file and those that belong to it while it is open.
const suffixes = ['', '-wal', '-shm'] as const;

const inodeOf = (file: string): string => {
  const stat = statSync(file, {throwIfNoEntry: false});
  return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
};

/** What tells a database's files from others that come under the same names: the main file's inode, and the others'. */
export const identityOf = (path: string): readonly string[] =>
  suffixes.map((suffix) => inodeOf(path + suffix));

/** Whether the file begins as every SQLite database does. @see https://sqlite.org/fileformat.html#the_database_header */
export const isSqlite = (path: string): boolean => {
  const magic = Buffer.alloc(16);
  const file = openSync(path, 'r');
  readSync(file, magic, 0, magic.length, 0);
  closeSync(file);
  return magic.toString('latin1') === 'SQLite format 3\0';
};

export const removeDatabase = (path: string): void => {
  for (const suffix of suffixes) rmSync(path + suffix, {force: true});
};

/** Puts the database at `from`, all of which is in its main file, in the place of any at `to`. */
export const moveDatabase = (from: string, to: string): void => {
  // Those of another database would be taken for this one's.
  for (const suffix of ['-wal', '-shm']) rmSync(to + suffix, {force: true});
  renameSync(from, to);
  removeDatabase(from);
};

/** Renames a database to `PATH.WHY-TIME`, which is returned. Of its files, those in `except` are deleted. */
export const setAside = (
  path: string,
  why: 'damaged' | 'replaced',
  except: readonly string[] = [],
): string => {
  const aside = `${path}.${why}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of suffixes) {
    if (except.includes(inodeOf(path + suffix))) rmSync(path + suffix);
    else if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
};

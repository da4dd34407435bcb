import {existsSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import {schemaVersion, sqliteVersion} from '../journal/database.ts';
import {versionIn} from '../version.ts';

// The build writes it, and leaves it empty where it knows of no commit.
const commitFile = new URL('../commit', import.meta.url);

const commit = (): string => (existsSync(commitFile) ? readFileSync(commitFile, 'utf8').trim() : '');

const libsqlVersion = (): string => {
  const program = pathToFileURL(createRequire(import.meta.url).resolve('libsql'));
  return versionIn(new URL('package.json', program));
};

/** The version of this program and what it is made of, for people and for reports of problems. */
export const versionText = (version: string): string => {
  const built = commit();
  return [
    `speedtest-bridge ${version}`,
    ...(built === '' ? [] : [`  commit    ${built}`]),
    `  node      ${process.version}`,
    `  platform  ${process.platform}-${process.arch}`,
    `  journal   schema ${schemaVersion}`,
    `  sqlite    ${sqliteVersion()}, by libsql ${libsqlVersion()}`,
  ].join('\n');
};

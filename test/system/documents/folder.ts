import {chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {tlsFile} from '../../fixtures/tls.ts';
import {trackerRow} from '../../fixtures/tracker.ts';
import {makeTrackerDatabase} from '../../fixtures/tracker-database.ts';
import {provide} from '../../peers/provide.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Programs that the documents run by their names. */
const programs = async (): Promise<Readonly<Record<string, string>>> => ({
  // As `npm install -g .` puts it on PATH.
  'speedtest-bridge': `exec node '${root}dist/main.js' "$@"`,
  promtool: `exec '${await provide('promtool')}' "$@"`,
  // Stands in for Ookla's own program, which nobody may redistribute.
  speedtest: `[ "$1" = --version ] && echo 'Speedtest by Ookla 1.2.0.84' || echo '${JSON.stringify(recorded)}'`,
});

/**
 * Makes a folder as a clone is after its build, with a journal of one result and the files that the documents' blocks name.
 * It is removed with the running test.
 * @param receiverUrl where the configuration that is there at first delivers to.
 */
export const createClone = async (receiverUrl: string): Promise<string> => {
  const folder = temporaryFolder();
  const at = (path: string): string => join(folder, path);
  for (const name of ['dist', 'examples', 'package.json']) symlinkSync(join(root, name), at(name));

  mkdirSync(at('bin'));
  for (const [name, script] of Object.entries(await programs())) {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(at(`bin/${name}`), 0o755);
  }

  mkdirSync(at('data'));
  const journal = openJournal(at('data/speedtest-bridge.db'));
  journal.append(completed());
  journal.close();
  makeTrackerDatabase(at('tracker.sqlite'), 'data', [trackerRow()]).close();

  writeFileSync(at('password'), 'a password\n');
  copyFileSync(tlsFile('server.pem'), at('server.crt'));
  copyFileSync(tlsFile('server.key'), at('server.key'));
  writeFileSync(
    at('speedtest-bridge.yaml'),
    `jobs: [{name: wan, schedule: '7 * * * *', engines: [embedded]}]\nremote_write: [{name: store, url: '${receiverUrl}'}]\n`,
  );
  return folder;
};

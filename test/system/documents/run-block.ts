import {execFile} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {loadConfig} from '../../../src/config/load.ts';
import {provide} from '../../peers/provide.ts';
import type {Block} from './blocks.ts';
import {readyWords, type Surroundings} from './surroundings.ts';

const execute = promisify(execFile);
const root = new URL('../../../', import.meta.url);
const packageFile = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const lockFile = z.object({packages: z.object({'': packageFile.omit({scripts: true})})});

const run = async ({folder, env}: Surroundings, command: string): Promise<void> => {
  await execute('sh', ['-c', command], {cwd: folder, env: {...process.env, ...env}});
};

/** Starts a bridge, waits until it is ready, and interrupts it. */
const tryRun = async (surroundings: Surroundings, command: string): Promise<void> => {
  const interrupt = await surroundings.start(command, readyWords.run);
  expect(await interrupt()).toBe(0);
};

/**
 * `npm ci && npm start` and the like. What installs, builds and tests has happened where this test runs; that the lock
 * file is one that `npm ci` takes, and what `npm start` runs once it is built, is seen here.
 */
const tryNpm = async (surroundings: Surroundings, script: string): Promise<void> => {
  const {scripts, ...wanted} = packageFile.parse(
    JSON.parse(readFileSync(new URL('package.json', root), 'utf8')),
  );
  const lock = lockFile.parse(JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')));
  expect(lock.packages['']).toEqual(wanted);
  // npm's own pack has only what comes before it.
  const command = scripts[script] ?? scripts[`pre${script}`] ?? '';
  expect(command, `npm run ${script}`).not.toBe('');
  const started = /node dist\/main\.js run .*$/.exec(command)?.[0];
  if (started !== undefined) await tryRun(surroundings, started);
};

/**
 * What would change this machine, or wants a cluster. Of such a command it is only seen that the files which it names are
 * there.
 */
const foreign = /^(?:sudo|docker|kubectl) /;

const tryFiles = (command: string): void => {
  const named = command.match(/\bexamples\/[\w./-]+/g) ?? [];
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
};

const tryCommands = async (surroundings: Surroundings, text: string): Promise<void> => {
  for (const line of text.split('\n')) {
    const command = line.replace(/(^|\s)#.*/, '').trim();
    if (command === '') continue;
    const script = /^npm ci && npm (?:run )?(\w+)$/.exec(command)?.[1];
    if (script !== undefined) await tryNpm(surroundings, script);
    else if (foreign.test(command)) tryFiles(command);
    else if (/^node dist\/main\.js run\b/.test(command)) await tryRun(surroundings, command);
    // For those that come after it, which may use it.
    else if (/^node dist\/main\.js reflector\b/.test(command))
      await surroundings.start(command, readyWords.reflector);
    else await run(surroundings, command);
  }
};

const isWithoutJobs = (jobs: unknown): boolean => Array.isArray(jobs) && jobs.length === 0;

const shownParts = z.looseObject({
  jobs: z.unknown().optional(),
  remote_write: z.unknown().optional(),
  pushgateway: z.unknown().optional(),
});

/**
 * Loads a configuration, adding a job where it shows only a part of one, and tests and delivers by it; one that says that it
 * has no jobs is checked, which scrapes its targets.
 */
const tryBridge = async (surroundings: Surroundings, text: string): Promise<void> => {
  const parts = shownParts.parse(parse(text));
  const job = "jobs:\n  - {name: wan, schedule: '7 * * * *', engines: [embedded]}\n";
  const file = join(surroundings.folder, 'speedtest-bridge.yaml');
  writeFileSync(file, parts.jobs === undefined ? text + job : text);
  loadConfig({file, flags: {}, env: surroundings.env});
  if (isWithoutJobs(parts.jobs)) {
    await run(surroundings, 'node dist/main.js check');
  } else if (parts.remote_write !== undefined || parts.pushgateway !== undefined) {
    const before = surroundings.violations().length;
    await run(surroundings, 'node dist/main.js test --push');
    expect(surroundings.violations().slice(before)).toEqual([]);
  } else if (parts.jobs !== undefined) {
    await run(surroundings, 'node dist/main.js test');
  }
};

const tryPrometheus = async ({folder}: Surroundings, text: string): Promise<void> => {
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, text);
  await execute(await provide('promtool'), ['check', 'config', file]);
};

/** Tries a block as it stands, but for the addresses of servers. Rejects when it does not work. */
export const tryBlock = async (surroundings: Surroundings, {kind, text}: Block): Promise<void> => {
  const changed = await surroundings.withAddresses(text);
  switch (kind) {
    case 'commands':
      return tryCommands(surroundings, changed);
    case 'bridge':
      return tryBridge(surroundings, changed);
    case 'web': {
      writeFileSync(join(surroundings.folder, 'web.yml'), changed);
      return tryBridge(surroundings, 'web: {config_file: web.yml}\n');
    }
    case 'prometheus':
      return tryPrometheus(surroundings, changed);
    case 'not to be run':
      return;
    default:
      return kind satisfies never;
  }
};

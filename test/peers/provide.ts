import {execFile} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {findPackages, unpackPackage} from './debian/archive.ts';
import {readDebianArchive} from './debian/sources.ts';
import {type PeerProgram, type Program, programs} from './programs.ts';
import {compareVersions, parseVersion} from './version.ts';

const checkoutCache = fileURLToPath(new URL('../../.cache/peers/', import.meta.url));

/** Where programs are looked for, PATH apart. */
export interface Places {
  /** Holds Debian's packages, unpacked. The git-ignored `.cache/peers` of the checkout when left out. */
  readonly cacheFolder?: string;
  /** apt's configuration, which names a Debian archive. `/etc/apt` when left out. */
  readonly aptFolder?: string;
}

/**
 * The path of an executable for `program`, at least as new as the table of programs asks for: from PATH, else from
 * the cache, else from Debian's own package, unpacked into the cache. Nothing is installed and no root is needed.
 * Throws with what to install when it can't be had.
 */
export async function provide(program: Program, places: Places = {}): Promise<string> {
  const {cacheFolder = checkoutCache, aptFolder = '/etc/apt'} = places;
  const wanted: PeerProgram = programs[program];
  const onPath = await findOnPath(wanted);
  if (onPath !== undefined) return onPath;
  const folder =
    (await findInCache(wanted, cacheFolder)) ??
    (await unpack(wanted, cacheFolder, aptFolder).catch((error) => {
      throw new Error(
        `the tests need ${program} ${wanted.minimum} or newer, which is neither on PATH nor in ${cacheFolder}, ` +
          `and Debian's package can't be fetched (${messages(error)}): put ${wanted.names.join(' or ')} on PATH ` +
          `(with ${wanted.suite} among apt's sources: apt-get install ${wanted.packages[0]}/${wanted.suite})`,
      );
    }));
  return writeLauncher(folder, wanted);
}

async function findOnPath(wanted: PeerProgram): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of wanted.names) {
      const path = join(folder, name);
      if (isNewEnough(wanted, await printedVersion(path))) return path;
    }
  }
  return undefined;
}

/** What `path --version` prints; nothing when it can't be run. Debian's VictoriaMetrics prints nothing either. */
async function printedVersion(path: string): Promise<string> {
  try {
    const {stdout, stderr} = await promisify(execFile)(path, ['--version'], {timeout: 10_000});
    return stdout + stderr;
  } catch {
    return '';
  }
}

function isNewEnough(wanted: PeerProgram, text: string): boolean {
  const version = parseVersion(text);
  return version !== undefined && compareVersions(version, parseVersion(wanted.minimum) ?? []) >= 0;
}

/** The cache has a folder PACKAGE_VERSION with each package and its libraries unpacked. */
async function findInCache(wanted: PeerProgram, cacheFolder: string): Promise<string | undefined> {
  const prefix = `${wanted.packages[0]}_`;
  const found = (await readdir(cacheFolder).catch(() => [])).find(
    (name) => name.startsWith(prefix) && isNewEnough(wanted, name.slice(prefix.length)),
  );
  return found === undefined ? undefined : join(cacheFolder, found);
}

async function unpack(wanted: PeerProgram, cacheFolder: string, aptFolder: string): Promise<string> {
  const archive = await readDebianArchive(aptFolder);
  if (archive === undefined) throw new Error(`no Debian archive is among apt's sources in ${aptFolder}`);
  const packages = await findPackages(archive, wanted.suite, wanted.packages, cacheFolder);
  const version = packages[0]?.version ?? '';
  if (!isNewEnough(wanted, version))
    throw new Error(`Debian's suite ${wanted.suite} has only version ${version}`);
  // Without its epoch, as in Debian's file names: a colon would divide the launcher's LD_LIBRARY_PATH.
  const folder = join(cacheFolder, `${wanted.packages[0]}_${version.replace(/^\d+:/, '')}`);
  // Unpacked aside and then renamed, so that nobody sees half of it and whoever comes second loses nothing.
  const partial = join(cacheFolder, `partial-${randomUUID()}`);
  try {
    for (const each of packages) await unpackPackage(archive, each, partial);
    await rename(partial, folder).catch(async (error) => {
      if ((await findInCache(wanted, cacheFolder)) === undefined) throw error;
    });
  } finally {
    await rm(partial, {recursive: true, force: true});
  }
  return folder;
}

/** Writes a shell script that runs the program with the libraries unpacked beside it, wherever the cache is. */
async function writeLauncher(folder: string, wanted: PeerProgram): Promise<string> {
  const file = join(folder, 'launch', wanted.names[0]);
  await mkdir(join(folder, 'launch'), {recursive: true});
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, launcherScript(wanted), {mode: 0o755});
  await rename(partial, file);
  return file;
}

function launcherScript({command, folders = {}, libraries = []}: PeerProgram): string {
  const libraryFolders = ['usr/lib/*-linux-gnu*', 'lib/*-linux-gnu*', ...libraries];
  return [
    '#!/bin/sh',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    'root=${0%/*}/..',
    `libraries=$(printf '%s:' ${libraryFolders.map((path) => `"$root"/${path}`).join(' ')})`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    'export LD_LIBRARY_PATH="${libraries%:}"',
    ...Object.entries(folders).map(([name, path]) => `export ${name}="$root/${path}"`),
    `exec ${command.map((path) => `"$root/${path}"`).join(' ')} "$@"`,
    '',
  ].join('\n');
}

/** An error's message and those of its causes, on one line. */
function messages(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messages(error.cause)}`;
}

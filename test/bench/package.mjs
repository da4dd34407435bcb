/**
 * How large an installation from the tarball is, and how soon a command of it answers.
 * Run by `npm run bench:package`, which packs the project first. Exits 1 when a limit is not kept.
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const runs = 7;
const limits = {withDependenciesBytes: 60e6, tarballBytes: 1.2e6, startMs: 500};

const work = mkdtempSync(join(tmpdir(), 'speedtest-bridge-package-'));
const npm = (...args) => execFileSync('npm', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});

/** The bytes of all files below a folder. */
const sizeOf = (folder) =>
  readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .reduce((sum, {parentPath, name}) => sum + statSync(join(parentPath, name)).size, 0);

try {
  npm('pack', '--silent', '--pack-destination', work);
  const [name] = readdirSync(work);
  const tarball = join(work, name);
  const prefix = join(work, 'prefix');
  npm('install', '--global', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', tarball);

  const installed = join(prefix, 'lib/node_modules/speedtest-bridge');
  const allBytes = sizeOf(installed);
  const dependenciesBytes = sizeOf(join(installed, 'node_modules'));
  const largest = readdirSync(join(installed, 'node_modules'))
    .map((dependency) => ({dependency, bytes: sizeOf(join(installed, 'node_modules', dependency))}))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 5);

  const times = Array.from({length: runs}, () => {
    const startedMs = performance.now();
    execFileSync(join(prefix, 'bin/speedtest-bridge'), ['--help'], {stdio: 'ignore'});
    return performance.now() - startedMs;
  }).toSorted((a, b) => a - b);
  const startMs = times[Math.floor(runs / 2)];

  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const tarballBytes = statSync(tarball).size;
  const rows = [
    {
      what: 'tarball',
      measured: megabytes(tarballBytes),
      limit: megabytes(limits.tarballBytes),
      kept: tarballBytes <= limits.tarballBytes,
    },
    {what: 'unpacked, without dependencies', measured: megabytes(allBytes - dependenciesBytes)},
    {
      what: 'unpacked, with dependencies',
      measured: megabytes(allBytes),
      limit: megabytes(limits.withDependenciesBytes),
      kept: allBytes <= limits.withDependenciesBytes,
    },
    {
      what: `start until --help is printed, median of ${runs}`,
      measured: `${startMs.toFixed(0)} ms`,
      limit: `${limits.startMs} ms`,
      kept: startMs <= limits.startMs,
    },
  ];
  console.table(rows);
  console.log(
    `largest: ${largest.map(({dependency, bytes}) => `${dependency} ${megabytes(bytes)}`).join(', ')}`,
  );
  if (rows.some(({kept}) => kept === false)) process.exitCode = 1;
} finally {
  rmSync(work, {recursive: true});
}

import {execFile} from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {z} from 'zod';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {freePort} from '../peers/port.ts';
import {startProgram, toEnd} from './bridge.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

// What is no source: packages, history, what is built, and what tests leave.
const leftOut = ['node_modules', '.git', '.cache', 'dist', 'data'];

const packed = z.array(z.object({filename: z.string(), files: z.array(z.object({path: z.string()}))}));

let work = '';
let files: readonly string[] = [];
let installation = '';

/** Starts a command as it was installed. */
const start = (args: readonly string[], cwd: string) =>
  startProgram(join(work, 'prefix/bin/speedtest-bridge'), args, {cwd});

/** Runs a command as it was installed to its end. */
const command = (args: readonly string[], cwd: string) => toEnd(start(args, cwd));

/** Packs a copy of the sources, which is built on the way, and installs the tarball globally below a folder. */
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'speedtest-bridge-package-'));
  const sources = join(work, 'sources');
  cpSync(root, sources, {
    recursive: true,
    filter: (path) => !leftOut.includes(relative(root, path)),
  });
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  const {stdout} = await run('npm', ['pack', '--silent', '--json', '--pack-destination', work], {
    cwd: sources,
  });
  // What builds on the way may print before it.
  const [tarball] = packed.parse(JSON.parse(stdout.slice(stdout.indexOf('[\n'))));
  files = tarball?.files.map(({path}) => path) ?? [];
  await run('npm', [
    ...['install', '--global', '--prefix', join(work, 'prefix'), '--ignore-scripts', '--prefer-offline'],
    ...['--no-audit', '--no-fund', join(work, tarball?.filename ?? '')],
  ]);
  installation = join(work, 'prefix/lib/node_modules/speedtest-bridge');
}, 120_000);

afterAll(() => rmSync(work, {recursive: true, force: true}));

describe('the tarball', () => {
  it('holds what belongs to it and nothing else', () => {
    const expected = [
      /^(README|CHANGELOG|THIRD-PARTY)\.md$/,
      /^(LICENSE|package\.json)$/,
      /^dist\/commit$/,
      /^dist\/server\/ui\/(index\.html|assets\/[^/]+\.(js|css|svg))$/,
      /^proto\/[^/]+\.(proto|md)$/,
      /^examples\/.+\.(json|ya?ml|conf|service)$/,
      /^docs\/[^/]+\.(md|png)$/,
      /^src\/engine\/native\/README\.md$/,
    ];
    const isCompiled = (path: string): boolean =>
      path.endsWith('.js') && existsSync(join(root, path.replace(/^dist/, 'src').replace(/js$/, 'ts')));
    const strange = files.filter((path) => !isCompiled(path) && !expected.some((kind) => kind.test(path)));
    expect(strange).toEqual([]);
    const compiled = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'}).filter(
      (path) => /(?<!\.d)\.ts$/.test(path) && !path.startsWith('server/ui'),
    );
    expect(files).toEqual(
      expect.arrayContaining(compiled.map((path) => `dist/${path.replace(/ts$/, 'js')}`)),
    );
  });

  it('is installed without any script that would have to run', () => {
    const manifests = readdirSync(join(installation, 'node_modules'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((path) => path.endsWith('/package.json'));
    expect(manifests.length).toBeGreaterThan(70);
    const scripted = manifests.filter((path) =>
      /"(pre|post)?install"\s*:/.test(readFileSync(join(installation, 'node_modules', path), 'utf8')),
    );
    expect(scripted).toEqual([]);
  });
});

describe('installed globally', () => {
  it('has help for every command', async () => {
    const folder = temporaryFolder();
    const {code: shown, stdout} = await command(['--help'], folder);
    expect(shown).toBe(0);
    const names = [...stdout.matchAll(/^ {2}speedtest-bridge ([a-z]+)/gm)].map(([, name = '']) => name);
    expect(names).toEqual(
      expect.arrayContaining(['run', 'test', 'check', 'config', 'version', 'completion']),
    );
    const helped = await Promise.all(
      [...names, 'config init', 'config schema'].map(async (name) => {
        const {code, stdout: help} = await command([...name.split(' '), '--help'], folder);
        return {name, code, isShown: help.includes(`speedtest-bridge ${name}`)};
      }),
    );
    expect(helped.filter(({code, isShown}) => code !== 0 || !isShown)).toEqual([]);
  });

  it('prints what it makes', async () => {
    const folder = temporaryFolder();
    const printed: readonly (readonly [readonly string[], RegExp])[] = [
      [['version'], /^speedtest-bridge \d+\.\d+\.\d+\n(.+\n)* {2}sqlite {4}\d/],
      [['--version'], /^speedtest-bridge \d+\.\d+\.\d+\n/],
      [['dashboard'], /^\{\n/],
      [['rules'], /^groups:\n/m],
      [['config', 'schema'], /"\$schema"/],
      [['completion'], /speedtest-bridge/],
    ];
    await Promise.all(
      printed.map(async ([args, text]) => {
        const {code, stdout} = await command(args, folder);
        expect({args, code}).toEqual({args, code: 0});
        expect(stdout).toMatch(text);
      }),
    );
  });

  it('is configured, checked, tests, runs and shows its results', async () => {
    const folder = temporaryFolder();
    const port = await freePort();
    expect(
      await command(['config', 'init', '--engine', 'embedded', '--output', 'made.yaml'], folder),
    ).toMatchObject({code: 0});
    expect(readFileSync(join(folder, 'made.yaml'), 'utf8')).toContain('engines: [embedded]');
    writeFileSync(
      join(folder, 'speedtest-bridge.yaml'),
      JSON.stringify({
        jobs: [{name: 'wan', schedule: '@yearly', engines: ['embedded'], run_at_start: true}],
        engines: {embedded: {duration: '200ms'}},
        web: {listen: `127.0.0.1:${port}`},
        storage: {path: 'journal.db'},
      }),
    );
    expect(await command(['check'], folder)).toMatchObject({code: 0});
    expect((await command(['test', '--json'], folder)).stdout).toContain('"status": "completed"');

    const bridge = start(['run'], folder);
    const page = async (path: string): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    await vi.waitFor(
      async () => expect(await page('/prometheus')).toContain('speedtest_tracker_download_bits{'),
      {
        timeout: 30_000,
        interval: 100,
      },
    );
    expect(await page('/')).toContain('<script');
    expect(await command(['status'], folder)).toMatchObject({code: 0});
    expect((await command(['results'], folder)).stdout).toMatch(/\bok\b/);
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toBe(0);
  });
});

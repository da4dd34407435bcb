import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, it} from 'vitest';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'completion-'));
  const program = join(folder, 'speedtest-bridge');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, {mode: 0o755});
  await writeFile(join(folder, 'script'), await printed('/bin/bash'));
});
afterAll(() => rm(folder, {recursive: true, force: true}));

const printed = async (shell: string): Promise<string> => {
  const env = {...process.env, SHELL: shell};
  return (await promisify(execFile)(process.execPath, [entry, 'completion'], {env})).stdout;
};

/** What bash offers for the last of these words, the program's name left out, by the script that the program prints. */
const offered = async (...words: readonly string[]): Promise<string[]> => {
  const script = `
    source '${folder}/script'
    COMP_WORDS=(speedtest-bridge "$@")
    COMP_CWORD=$#
    "$(complete -p speedtest-bridge | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = {...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}`, SHELL: '/bin/bash'};
  const {stdout, stderr} = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], {env});
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
};

it.each<[readonly string[], readonly string[]]>([
  [['r'], ['run', 'reflector', 'results', 'rules']],
  [
    ['rules', '--profile', ''],
    ['documented', 'tracker-v1', 'base-units'],
  ],
  [
    ['rules', '--prom'],
    ['--promised-download', '--promised-upload'],
  ],
  [
    ['test', '--engine', 'libre'],
    ['librespeed', 'librespeed-cli'],
  ],
  [
    ['queue', 're'],
    ['rejected', 'retry'],
  ],
  [['run', '--web-t'], ['--web-trusted-proxies']],
  [
    ['check', '--remote-write-basic-auth-p'],
    ['--remote-write-basic-auth-password', '--remote-write-basic-auth-password-file'],
  ],
  [['config', 's'], ['schema']],
])('bash completes %j', async (words, expected) => {
  expect((await offered(...words)).toSorted()).toEqual(expected.toSorted());
});

it('leaves the names of files to the shell', async () => {
  expect(await offered('run', '--config', '')).toEqual([]);
});

it('prints a script for zsh where that is the shell', async () => {
  expect(await printed('/usr/bin/zsh')).toMatch(/^#compdef speedtest-bridge\n/);
});

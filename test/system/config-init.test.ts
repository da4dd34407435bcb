import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {freePort} from '../peers/port.ts';
import {runCommand} from './bridge.ts';

it('writes a file without a terminal that check accepts', async () => {
  const cwd = temporaryFolder();
  const written = await runCommand(['config', 'init', '--engine', 'embedded'], {cwd});
  expect(written).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^wrote speedtest-bridge\.yaml: /),
    stderr: '',
  });
  const checked = await runCommand(['check', '--web-listen', `127.0.0.1:${await freePort()}`], {cwd});
  expect(checked.stderr).toBe('');
  expect(checked.stdout).toContain('ok      configuration');
  expect(checked.code).toBe(0);
});

it.each<[readonly string[], RegExp]>([
  [
    ['--schedule', 'never'],
    /^speedtest-bridge\.yaml:\d+:\d+: jobs\[0\]\.schedule: expected a cron expression/,
  ],
  [['--remote-write-url', 'mimir'], /remote_write\[0\]\.url: expected an http:\/\/ or https:\/\/ address/],
  [['--engine', 'librespeed'], /^engine librespeed needs --server\n$/],
])('%j ends with 2, says why and writes nothing', async (flags, message) => {
  const cwd = temporaryFolder();
  const {code, stderr} = await runCommand(['config', 'init', ...flags], {cwd});
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(existsSync(join(cwd, 'speedtest-bridge.yaml'))).toBe(false);
});

it('leaves a file alone that is there already', async () => {
  const cwd = temporaryFolder();
  const file = join(cwd, 'mine.yaml');
  writeFileSync(file, 'jobs: []\n');
  const {code, stderr} = await runCommand(['config', 'init', '--output', 'mine.yaml'], {cwd});
  expect({code, stderr}).toEqual({
    code: 2,
    stderr: 'mine.yaml is there already: give --output another name\n',
  });
  expect(readFileSync(file, 'utf8')).toBe('jobs: []\n');
});

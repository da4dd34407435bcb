import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {runCommand} from './bridge.ts';

const example = (path: string): string =>
  readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');

it.each<[readonly string[], string]>([
  [['rules'], 'prometheus/rules-documented.yaml'],
  [['rules', '--profile', 'base-units'], 'prometheus/rules-base-units.yaml'],
  [['dashboard'], 'grafana/documented.json'],
  [['dashboard', '--profile', 'bridge'], 'grafana/bridge.json'],
  [['config', 'schema'], 'speedtest-bridge.schema.json'],
])('%j prints examples/%s', async (args, path) => {
  const {code, stdout, stderr} = await runCommand(args, {cwd: temporaryFolder()});
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  expect(stdout).toBe(example(path));
});

it('rules are printed with another prefix and other rates', async () => {
  const args = ['rules', '--prefix', 'wan:', '--promised-download', '1Gbps'];
  const {stdout} = await runCommand(args, {cwd: temporaryFolder()});
  expect(stdout).toContain('last_over_time(wan:download_bytes[3h])');
  expect(stdout).toContain('< 0.8 * 1000000000');
  expect(stdout).not.toContain('speedtest_tracker_');
});

it('a dashboard is printed with another prefix', async () => {
  const args = ['dashboard', '--profile', 'tracker-v1', '--prefix', ''];
  const {stdout} = await runCommand(args, {cwd: temporaryFolder()});
  const printed: unknown = JSON.parse(stdout);
  expect(printed).toMatchObject({uid: 'speedtest-bridge-tracker-v1'});
  expect(stdout).toContain('last_over_time(download_bytes{');
  expect(stdout).toContain('label_values(result_timestamp_seconds, job)');
  expect(stdout).not.toContain('speedtest_tracker_');
});

it.each<[readonly string[], RegExp]>([
  [['rules', '--profile', 'tracker-v2'], /Given: "tracker-v2", Choices: "documented", "tracker-v1"/],
  [['rules', '--prefix', '1'], /^--prefix: expected the beginning of a metric name, .*, found "1"\n$/],
  [['dashboard', '--prefix', '"'], /^--prefix: expected the beginning of a metric name/],
  [['dashboard', '--profile', 'x'], /Choices: "documented", "tracker-v1", "base-units", "bridge"/],
  [['rules', '--promised-upload', '3'], /^--promised-upload: expected a rate above zero, .*, found "3"\n$/],
])('%j ends with 2 and says why', async (args, message) => {
  const {code, stdout, stderr} = await runCommand(args, {cwd: temporaryFolder()});
  expect(stderr).toMatch(message);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
});

import {expect, it, onTestFinished} from 'vitest';
import {main} from '../../../src/cli/main.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {keepPrinted} from './printed.ts';

it.each<[readonly string[], RegExp]>([
  [[], /^name a command; see --help\n$/],
  [['fly'], /^Unknown (argument|command): fly\n$/],
  [['run'], /^no configuration file: give --config FILE, .*\n$/],
  [['run', '--config', 'none.yaml'], /^none\.yaml: no such configuration file\n$/],
  [['run', '--config'], /^Not enough arguments following: config\n$/],
  [['run', '--config', ''], /^: no such configuration file\n$/],
  [['run', '--config', 'none.yaml', 'more'], /^Unknown (argument|command): more\n$/],
  [['run', '--colour', 'red'], /^Unknown argument: colour\n$/],
  [['test'], /^no configuration file: .*\n$/],
  [
    ['test', '--engine', 'warp'],
    /Invalid values:[\s\S]*Argument: engine, Given: "warp", Choices: "embedded", "librespeed"/,
  ],
  [['test', '--engine', 'librespeed'], /engine librespeed needs engines\.librespeed\.server/],
  [
    ['test', '--engine', 'librespeed', '--server', 'speed.example'],
    /--server|engines\.librespeed\.server: expected an http/,
  ],
  [['test', '--engine', 'embedded', '--push'], /^--push needs a destination/],
  [
    ['test', '--engine', 'embedded', '--web-listen', '9817'],
    /^--web-listen: web\.listen: "9817" has no colon/,
  ],
  [['reflector', '--listen', 'localhost:1'], /^--listen "localhost:1" names a host/],
])('%j ends with 2 and says why', async (args, message) => {
  const home = process.cwd();
  process.chdir(temporaryFolder());
  onTestFinished(() => process.chdir(home));
  const printed = keepPrinted();
  const code = await main(args, {}, new AbortController().signal);
  expect(printed.stderr()).toMatch(message);
  expect({code, stdout: printed.stdout()}).toEqual({code: 2, stdout: ''});
});

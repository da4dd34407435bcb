import {expect, it} from 'vitest';
import {engines} from '../../../src/config/engines.ts';
import {type EngineName, engineNames} from '../../../src/engine/engines.ts';
import {engineProblem} from '../../../src/engine/readiness.ts';
import {standIn} from '../../fixtures/stand-in.ts';

const problem = (name: EngineName, given: unknown) =>
  engineProblem(name, engines.parse(given), '/no/such/folder');

it.each<[EngineName, unknown, string]>([
  ['librespeed', {}, 'engines.librespeed.server or engines.librespeed.server_list is missing'],
  ['iperf3', {}, 'engines.iperf3.host is missing'],
  ['command', {}, 'engines.command.run is missing'],
  ['ookla', {}, 'engines.ookla.accept_license is not true'],
  ['ookla', {ookla: {accept_license: true}}, 'no program speedtest was found (engines.ookla.path)'],
  ['speedtest-cli', {}, 'no program speedtest-cli was found (engines.speedtest-cli.path)'],
  ['librespeed-cli', {}, 'no program librespeed-cli was found (engines.librespeed-cli.path)'],
  ['iperf3', {iperf3: {host: 'h'}}, 'no program iperf3 was found (engines.iperf3.path)'],
  ['command', {command: {run: ['./measure', '-x']}}, 'no program ./measure was found (engines.command.run)'],
])('%s can not run with %j', (name, given, words) => {
  expect(problem(name, given)).toBe(words);
});

it('nothing is known against engines that have all they need', () => {
  const {path} = standIn({});
  const given = {
    librespeed: {server: 'http://127.0.0.1/'},
    ookla: {path, accept_license: true},
    'speedtest-cli': {path},
    'librespeed-cli': {path},
    iperf3: {path, host: '127.0.0.1'},
    command: {run: [path]},
  };
  expect(engineNames.map((name) => problem(name, given))).toEqual(engineNames.map(() => undefined));
});

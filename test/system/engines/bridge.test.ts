import {join} from 'node:path';
import {expect, it, vi} from 'vitest';
import {livingMembers, startedGroups} from '../../fixtures/children.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {standIn} from '../../fixtures/stand-in.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {runCommand, startBridge, startCommand} from '../bridge.ts';

const settings = (engines: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(engines).map(([name, value]) => [
      `SPEEDTEST_BRIDGE_ENGINES_${name.toUpperCase()}`,
      String(value),
    ]),
  );

it('falls back from a program that is missing, and says so', async () => {
  const {path} = standIn({stdout: JSON.stringify(recorded)});
  const env = {
    SPEEDTEST_BRIDGE_JOBS_ENGINES: 'ookla,iperf3,command',
    SPEEDTEST_BRIDGE_JOBS_SCHEDULE: '@yearly',
    ...settings({iperf3_path: '/no/such/iperf3', iperf3_host: '127.0.0.1', command_run: path}),
  };
  const {code, stdout} = await runCommand(['test', '--json'], {cwd: temporaryFolder(), env});
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    measurement: {engine: {name: 'command'}, download: {bytesPerSecond: 117654321}},
    fellBackFrom: [
      {engine: 'ookla', class: 'licence-not-accepted'},
      {engine: 'iperf3', class: 'not-installed', reason: expect.stringContaining('/no/such/iperf3')},
    ],
  });
  expect(code).toBe(0);
});

it('ends what a program has started when a test times out', async () => {
  const program = standIn({ending: 'hang deaf'});
  const env = {SPEEDTEST_BRIDGE_JOBS_TIMEOUT: '5s', ...settings({command_run: program.path})};
  const args = ['test', '--engine', 'command', '--json'];
  const command = startCommand(args, {cwd: temporaryFolder(), env});
  const group = await program.started();
  expect(await command.ended).toBe(1);
  expect(JSON.parse(command.stdout())).toMatchObject({status: 'failed', failure: {class: 'timeout'}});
  expect(livingMembers(group)).toEqual([]);
});

it('ends what a program has started when the bridge is stopped', async () => {
  const program = standIn({ending: 'hang deaf'});
  const folder = temporaryFolder();
  const bridge = await startBridge(folder, {
    jobs: [{name: 'wan', schedule: '@yearly', engines: ['command'], run_at_start: true}],
    engines: {command: {run: [program.path]}},
    storage: {path: join(folder, 'journal.db')},
  });
  const group = await program.started();
  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
  expect(bridge.stdout() + bridge.stderr()).toMatch(/interrupted/);
  expect(livingMembers(group)).toEqual([]);
});

it('leaves nothing of what a program has started when it is killed itself', async () => {
  const program = standIn({ending: 'hang deaf'});
  const command = startCommand(['test', '--engine', 'command'], {
    cwd: temporaryFolder(),
    env: settings({command_run: program.path}),
  });
  const group = await program.started();
  const groups = startedGroups(command.child.pid);
  expect(groups).toHaveLength(2);
  expect(groups).toContain(group);
  command.child.kill('SIGKILL');
  expect(await command.ended).toBe('SIGKILL');
  await vi.waitFor(() => expect(groups.flatMap(livingMembers)).toEqual([]), {timeout: 8000, interval: 10});
});

import {describe, expect, it} from 'vitest';
import {type OoklaSettings, ooklaEngine} from '../../../../src/engine/cli/ookla.ts';
import type {JobNetwork} from '../../../../src/engine/engine.ts';
import {describeEngine, type EngineFixture} from '../../../contract/engine.ts';
import {livingMembers} from '../../../fixtures/children.ts';
import {recorded} from '../../../fixtures/ookla.ts';
import {ooklaFailures} from '../../../fixtures/ookla-failures.ts';
import {type Part, type StandIn, standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};
const version =
  'Speedtest by Ookla 1.2.0.84 (ea6b6773cf) Linux/x86_64-linux-musl 6.1.0 x86_64\n\nThe official command line client';
const args = ['--format=json', '--accept-license', '--accept-gdpr'];
const stdout = `${JSON.stringify(recorded)}\n`;

const engineFor = ({path}: StandIn, settings: Partial<OoklaSettings & JobNetwork> = {}) =>
  ooklaEngine({path, acceptLicense: true, acceptGdpr: true, ...settings});

const playing = (part: Part) => async (): Promise<EngineFixture> => ({
  engine: engineFor(standIn({version, args, ...part})),
});

describeEngine('ookla', {
  phases: ['connect'],
  working: playing({stdout}),
  faults: {
    'not installed': async () => ({engine: engineFor({...standIn({}), path: 'no-such-speedtest'})}),
    killed: playing({ending: 'be killed', stdout: stdout.slice(0, 100)}),
    garbage: playing({stdout: '<html>'}),
    silent: playing({}),
    null: playing({stdout: 'null\n'}),
    'cut short': playing({stdout: stdout.slice(0, -20)}),
    endless: playing({ending: 'print for ever'}),
    absurd: playing({stdout: stdout.replace('5432109', '-5432109')}),
  },
});

describe('a test', () => {
  it('has the version and all that the result has', async () => {
    expect(await engineFor(standIn({version, args, stdout}))(silent, never)).toMatchObject({
      engine: {name: 'ookla', version: '1.2.0.84'},
      server: {
        id: '3692',
        name: 'Example Telecom',
        host: 'speed.example:8080',
        location: 'Berlin',
        country: 'Germany',
      },
      isp: 'Example Net',
      ping: {latencyMs: 11.25},
      packetLossPercent: 0.5,
    });
  });

  it('is told its server and its way out', async () => {
    const program = standIn({
      version,
      args: ['--format=json', '--accept-license', '--server-id=3692', '--ip=192.0.2.10'],
      stdout,
    });
    const settings = {acceptGdpr: false, serverId: 3692, sourceAddress: '192.0.2.10', ipFamily: 4} as const;
    const connects: unknown[] = [];
    await engineFor(program, settings)({onProgress: (event) => connects.push(event)}, never);
    expect(connects).toEqual([{phase: 'connect', server: 'speedtest.net server 3692'}]);
  });

  it.each<[string, Part]>([
    ['says nothing of its version', {}],
    ['says its version in other words', {version: 'the newest'}],
  ])('has no version of a program that %s', async (_, part) => {
    const {engine} = await engineFor(standIn({...part, stdout}))(silent, never);
    expect(engine).toEqual({name: 'ookla'});
  });

  it.each(ooklaFailures)(
    'fails with $failureClass of $name',
    async ({failureClass, says, name: _, ...part}) => {
      await expect(engineFor(standIn({version, args, ...part}))(silent, never)).rejects.toMatchObject({
        failureClass,
        message: expect.stringMatching(says),
      });
    },
  );
});

describe('a test that can not be asked of the program', () => {
  it('is not begun without the licence', async () => {
    const program = standIn({version, stdout});
    await expect(engineFor(program, {acceptLicense: false})(silent, never)).rejects.toMatchObject({
      failureClass: 'licence-not-accepted',
      message: expect.stringContaining('engines.ookla.accept_license'),
    });
    expect(program.hasRun()).toBe(false);
  });

  it("is not begun with Python's program of the same name", async () => {
    const program = standIn({version: 'speedtest-cli 2.1.3\nPython 3.11.2', stdout});
    await expect(engineFor(program)(silent, never)).rejects.toMatchObject({
      failureClass: 'not-installed',
      message: `${program.path}: this is speedtest-cli, not Ookla's program: use engine speedtest-cli`,
    });
    expect(program.hasRun()).toBe(false);
  });

  it('is not begun over a family of IP without an address of it', async () => {
    const program = standIn({version, stdout});
    await expect(engineFor(program, {ipFamily: 6})(silent, never)).rejects.toMatchObject({
      failureClass: 'no-network',
      message: expect.stringContaining('ip_family 6'),
    });
    expect(program.hasRun()).toBe(false);
  });
});

describe('a test that is told to end', () => {
  it.each(['hang', 'hang deaf', 'print for ever'] as const)('leaves no process: %s', async (ending) => {
    const program = standIn({version, args, ending});
    const stop = new AbortController();
    const failure = expect(engineFor(program)(silent, stop.signal)).rejects.toMatchObject({
      failureClass:
        ending === 'print for ever' ? expect.stringMatching(/interrupted|bad-output/) : 'interrupted',
    });
    const group = await program.started();
    stop.abort(new Error('SIGTERM'));
    await failure;
    expect(livingMembers(group)).toEqual([]);
  });
});

import {describe, expect, it} from 'vitest';
import {commandEngine} from '../../../../src/engine/cli/command.ts';
import {describeEngine, type EngineFixture} from '../../../contract/engine.ts';
import {recorded} from '../../../fixtures/ookla.ts';
import {type Part, standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};
const stdout = JSON.stringify(recorded);

const playing = (part: Part) => async (): Promise<EngineFixture> => ({
  engine: commandEngine({
    run: [standIn({args: ['--line', 'two words'], ...part}).path, '--line', 'two words'],
  }),
});

describeEngine('command', {
  phases: ['connect'],
  working: playing({stdout}),
  faults: {
    'not installed': async () => ({engine: commandEngine({run: ['no-such-program']})}),
    killed: playing({ending: 'be killed'}),
    garbage: playing({stdout: '<html>'}),
    silent: playing({}),
    null: playing({stdout: 'null'}),
    'cut short': playing({stdout: stdout.slice(0, -1)}),
    endless: playing({ending: 'print for ever'}),
    absurd: playing({stdout: stdout.replace('117654321', '1e300')}),
  },
});

describe('a program of one’s own', () => {
  it('has no version', async () => {
    expect((await commandEngine({run: [standIn({stdout}).path]})(silent, never)).engine).toEqual({
      name: 'command',
    });
  });

  it('tells failures as Ookla’s does', async () => {
    const {path} = standIn({exitCode: 1, stderr: '{"type":"log","level":"error","message":"Limit reached"}'});
    await expect(commandEngine({run: [path]})(silent, never)).rejects.toMatchObject({
      failureClass: 'rate-limited',
      message: `${path} (exit code 1): Limit reached`,
    });
  });

  it.each([{sourceAddress: '192.0.2.10'}, {ipFamily: 4}] as const)(
    'is not run for a job with %j',
    async (network) => {
      const program = standIn({stdout});
      await expect(commandEngine({run: [program.path], ...network})(silent, never)).rejects.toMatchObject({
        failureClass: 'no-network',
        message: expect.stringMatching(/^engine command: .*source_address or ip_family/),
      });
      expect(program.hasRun()).toBe(false);
    },
  );
});

import {chmodSync, existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {runProgram} from '../../../../src/engine/cli/program.ts';
import {livingMembers} from '../../../fixtures/children.ts';
import {type Part, standIn} from '../../../fixtures/stand-in.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';

const never = new AbortController().signal;
const run = (part: Part, signal = never) => runProgram({program: standIn(part).path, args: []}, signal);
const shell = (line: string, input?: string) =>
  runProgram({program: 'sh', args: ['-c', line], ...(input !== undefined && {input})}, never);

describe('a program that ends by itself', () => {
  it('gives what it printed, whole, and its exit code', async () => {
    const stdout = 'é\n'.repeat(500_000);
    expect(await run({stdout, stderr: 'words', exitCode: 3})).toEqual({exitCode: 3, stdout, stderr: 'words'});
  });

  it('gets its arguments as they are, without a shell', async () => {
    const args = ['$(id)', '; exit 9', '*', ''];
    const {stdout} = await runProgram({program: 'printf', args: ['<%s>', ...args]}, never);
    expect(stdout).toBe('<$(id)><; exit 9><*><>');
  });

  it('gets its input, and none where there is none', async () => {
    expect(await shell('cat', 'list')).toMatchObject({stdout: 'list'});
    expect(await shell('cat')).toMatchObject({stdout: ''});
  });

  it('need not read its input', async () => {
    expect(await shell('exec <&-; echo done', 'x'.repeat(1_000_000))).toMatchObject({stdout: 'done\n'});
  });

  it('says what it says in English, and is told nothing of the settings', async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    vi.stubEnv('SPEEDTEST_BRIDGE_REMOTE_WRITE_BEARER_TOKEN', 'word');
    vi.stubEnv('OTHER', 'kept');
    try {
      const {stdout} = await shell('env');
      expect(stdout).toContain('LC_ALL=C\n');
      expect(stdout).toContain('OTHER=kept\n');
      expect(stdout).not.toContain('SPEEDTEST_BRIDGE');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('leaves no child behind, and nobody waits for one', async () => {
    const program = standIn({ending: 'leave a child', stdout: 'result'});
    expect(await runProgram({program: program.path, args: []}, never)).toMatchObject({
      exitCode: 0,
      stdout: 'result',
    });
    expect(livingMembers(await program.started())).toEqual([]);
  });

  it('is not waited for where a process that left its group holds its output open', async () => {
    expect(await shell('setsid sleep 5 & echo result')).toMatchObject({exitCode: 0, stdout: 'result\n'});
  });
});

describe('a program that does not start', () => {
  it.each(['no-such-program', '/no/such/program', '/'])('is not installed: %s', async (program) => {
    await expect(runProgram({program, args: []}, never)).rejects.toMatchObject({
      failureClass: 'not-installed',
      message: expect.stringMatching(new RegExp(`^${program}: (not found|may not be executed)$`)),
    });
  });

  it('is not installed when its interpreter is missing', async () => {
    const program = join(temporaryFolder(), 'program');
    writeFileSync(program, '#!/no/such/interpreter\n', {mode: 0o755});
    await expect(runProgram({program, args: []}, never)).rejects.toMatchObject({
      failureClass: 'not-installed',
    });
  });

  it('is not installed when it may not be executed', async () => {
    const {path} = standIn({});
    chmodSync(path, 0o644);
    await expect(runProgram({program: path, args: []}, never)).rejects.toMatchObject({
      failureClass: 'not-installed',
      message: `${path}: may not be executed`,
    });
  });

  it('is named with what the system says of any other reason', async () => {
    await expect(
      runProgram({program: 'printf', args: ['x'.repeat(10_000_000)]}, never),
    ).rejects.toMatchObject({
      failureClass: 'internal',
      message: expect.stringMatching(/^printf: could not be started: .*E2BIG/),
    });
  });
});

describe('a program that does not end as it should', () => {
  it('is named with the signal that killed it', async () => {
    await expect(run({ending: 'be killed'})).rejects.toMatchObject({
      failureClass: 'killed',
      message: expect.stringMatching(/program: killed by SIGKILL$/),
    });
  });

  it('is ended when it prints without end', async () => {
    const program = standIn({ending: 'print for ever'});
    await expect(runProgram({program: program.path, args: []}, never)).rejects.toMatchObject({
      failureClass: 'bad-output',
      message: expect.stringMatching(/program: printed more than 8 MiB$/),
    });
    expect(livingMembers(await program.started())).toEqual([]);
  });
});

describe('a program that is told to end', () => {
  it('is not started when that was before', async () => {
    const mark = join(temporaryFolder(), 'mark');
    await expect(runProgram({program: 'touch', args: [mark]}, AbortSignal.abort())).rejects.toMatchObject({
      failureClass: 'interrupted',
    });
    expect(existsSync(mark)).toBe(false);
  });

  it.each(['hang', 'hang deaf', 'print for ever'] as const)(
    'leaves nobody of its group: %s',
    async (ending) => {
      const program = standIn({ending});
      const stop = new AbortController();
      const failure = expect(
        runProgram({program: program.path, args: []}, stop.signal),
      ).rejects.toMatchObject({
        failureClass:
          ending === 'print for ever' ? expect.stringMatching(/interrupted|bad-output/) : 'interrupted',
      });
      const group = await program.started();
      stop.abort(new Error('SIGTERM'));
      await failure;
      expect(livingMembers(group)).toEqual([]);
    },
  );

  it('may use the time between SIGTERM and SIGKILL to put things away', async () => {
    const folder = temporaryFolder();
    const mark = (name: string) => join(folder, name);
    const stop = new AbortController();
    const line = `trap 'echo > ${mark('away')}; exit' TERM; echo > ${mark('ready')}; while :; do sleep 0.01; done`;
    const failure = expect(
      runProgram({program: 'sh', args: ['-c', line]}, stop.signal),
    ).rejects.toMatchObject({failureClass: 'interrupted', message: 'sh: interrupted: SIGTERM'});
    await vi.waitFor(() => expect(existsSync(mark('ready'))).toBe(true), {timeout: 8000});
    stop.abort(new Error('SIGTERM'));
    await failure;
    expect(existsSync(mark('away'))).toBe(true);
  });
});

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Readable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {EngineError} from '../engine.ts';
import {abortFailure} from '../native/failure.ts';
import {guardGroup} from './guard.ts';

export interface Invocation {
  /** A path, or a name to look for on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** Given to its standard input, which is empty when this is absent. */
  readonly input?: string;
}

/** What a program that ended by itself left. */
export interface Output {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Most that a program may print on either stream. Results are a few KiB, but iperf3's has every second of each stream. */
const outputLimitBytes = 8 * 1024 * 1024;
/** Time between SIGTERM and SIGKILL: well below what a test is given to end in. */
const farewellMs = 500;
/** Bound on waiting for what SIGKILL has ended to be gone. */
const goneWithinMs = 500;
const pollMs = 5;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const startWords: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'not found'],
  ['EACCES', 'may not be executed'],
]);

const startFailure = (program: string, error: unknown): EngineError => {
  const words = startWords.get(codeOf(error));
  return words === undefined
    ? new EngineError('internal', `${program}: could not be started: ${String(error)}`, {cause: error})
    : new EngineError('not-installed', `${program}: ${words}`, {cause: error});
};

/** The bridge's own variables may hold passwords. C, because what programs say is told apart by its English words. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('SPEEDTEST_BRIDGE_')),
  ),
  LC_ALL: 'C',
});

/** Sends a signal to a process group, or none with 0. Gives whether the group has any process left, a zombie included. */
const signalGroup = (group: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

/** Where nobody reaps orphans, as in a container without an init, a dead group stays visible: hence the bound. */
const groupGone = async (group: number): Promise<void> => {
  const deadlineMs = performance.now() + goneWithinMs;
  while (signalGroup(group, 0) && performance.now() < deadlineMs) await delay(pollMs);
};

const collect = (stream: Readable | null, onOverflow: () => void): (() => string) => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= outputLimitBytes) chunks.push(chunk);
    else onOverflow();
  });
  return () => Buffer.concat(chunks).toString();
};

const start = ({program, args, input}: Invocation) => {
  try {
    return spawn(program, args, {
      detached: true,
      env: environment(),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw startFailure(program, error);
  }
};

/**
 * Runs a program without a shell, in a process group of its own, until it ends.
 * When `signal` aborts, the group gets SIGTERM, and SIGKILL where that does not end it soon; when it prints too much,
 * SIGKILL at once. What the program leaves behind in its group is killed too, and all of it when this process is killed.
 * Settles when the group is gone, as far as that can be known: a process that has made a group of its own is nobody's.
 * Rejects with an `EngineError`: `not-installed`, `killed` by a signal, `bad-output` for too much of it, `interrupted`.
 */
export const runProgram = async (invocation: Invocation, signal: AbortSignal): Promise<Output> => {
  const {program, input} = invocation;
  if (signal.aborted) throw abortFailure(program, signal);
  const child = start(invocation);
  if (child.pid === undefined) {
    const [error]: unknown[] = await once(child, 'error');
    throw startFailure(program, error);
  }
  const group = child.pid;
  const endGuard = guardGroup(group);
  const kill = (): void => void signalGroup(group, 'SIGKILL');
  let overflowed = false;
  const onOverflow = (): void => {
    overflowed = true;
    kill();
  };
  let farewell: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    signalGroup(group, 'SIGTERM');
    farewell = setTimeout(kill, farewellMs);
  };
  signal.addEventListener('abort', onAbort, {once: true});
  process.once('exit', kill);
  try {
    const stdout = collect(child.stdout, onOverflow);
    const stderr = collect(child.stderr, onOverflow);
    // A program that does not read its input closes the pipe.
    child.stdin?.on('error', () => undefined).end(input);
    const closed = once(child, 'close');
    const [exitCode, exitSignal]: unknown[] = await once(child, 'exit');
    kill();
    await groupGone(group);
    // A process that left the group may hold the pipes open for ever.
    const ended = new AbortController();
    await Promise.race([
      closed,
      delay(goneWithinMs, undefined, {signal: ended.signal}).catch(() => undefined),
    ]);
    ended.abort();
    if (signal.aborted) throw abortFailure(program, signal);
    if (overflowed) {
      throw new EngineError(
        'bad-output',
        `${program}: printed more than ${outputLimitBytes / 1024 ** 2} MiB`,
      );
    }
    if (typeof exitCode !== 'number') {
      throw new EngineError('killed', `${program}: killed by ${String(exitSignal)}`);
    }
    return {exitCode, stdout: stdout(), stderr: stderr()};
  } finally {
    clearTimeout(farewell);
    signal.removeEventListener('abort', onAbort);
    process.off('exit', kill);
    child.stdout?.destroy();
    child.stderr?.destroy();
    await endGuard();
  }
};

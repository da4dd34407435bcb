import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';

/** A program that runs until it is ended. */
export interface RunningProgram {
  readonly pid: number;
  /** Ends it with SIGTERM and waits until it has ended. */
  stop(): Promise<void>;
}

const isReady = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ok}) => ok,
    () => false,
  );

/** Starts a program and waits until `readyUrl` answers. It ends with this process at the latest. */
export const startProgram = async (
  path: string,
  args: readonly string[],
  readyUrl: string,
): Promise<RunningProgram> => {
  const child = spawn(path, args, {stdio: ['ignore', 'ignore', 'inherit']});
  const exited = once(child, 'exit');
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  while (!(await isReady(readyUrl))) {
    if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}`);
    await sleep(20);
  }
  if (child.pid === undefined) throw new Error(`${path} has no process`);
  return {
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
};

/** Starts the built program as it is run, with a configuration's file, and waits until its web server at `url` is ready. */
export const startBuilt = (config: string, url: string): Promise<RunningProgram> =>
  startProgram(process.execPath, ['dist/main.js', 'run', '--config', config], `${url}/-/ready`);

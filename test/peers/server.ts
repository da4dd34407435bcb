import {type ChildProcess, spawn} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import {freePort, isFree} from './port.ts';
import type {Program} from './programs.ts';
import {provide} from './provide.ts';

const startDeadlineMs = 30_000;
const stopDeadlineMs = 15_000;
const attempts = 3;

/** A real server under test, listening on 127.0.0.1. */
export interface Server {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Ends it with SIGTERM, with SIGKILL when that takes too long; resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  readonly program: Program;
  /** Its arguments, given the `HOST:PORT` to listen on. */
  readonly args: (address: string) => readonly string[];
  /** The path that answers once it is ready. */
  readonly readyPath: string;
  /** With which status; 200 when left out. */
  readonly readyStatus?: number;
  /** A free one when left out. */
  readonly port?: number | undefined;
}

/**
 * Starts a server and waits until it is ready. It ends with the process that started it, however that one ends.
 * Throws with the server's log when it does not become ready.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const {program, args, readyPath, readyStatus = 200, port} = options;
  const executable = await provide(program);
  // Otherwise whoever has the port might answer that it is ready.
  if (port !== undefined && !(await isFree(port)))
    throw new Error(`${program} can't listen on 127.0.0.1:${port}: it is taken`);
  for (let attempt = 1; ; attempt++) {
    const listenPort = port ?? (await freePort());
    const address = `127.0.0.1:${listenPort}`;
    const url = `http://${address}`;
    const launched = launch(executable, args(address));
    if (await becomesReady(launched.child, url + readyPath, readyStatus)) {
      const stop = () => end(launched, 'SIGTERM');
      return {url, port: listenPort, stop, kill: () => end(launched, 'SIGKILL')};
    }
    await end(launched, 'SIGKILL');
    // Somebody else may have bound the port since it was found free.
    const lostPort = port === undefined && !(await isFree(listenPort));
    if (!lostPort || attempt === attempts)
      throw new Error(`${program} did not start on ${address}:\n${launched.log()}`);
  }
}

interface Launched {
  readonly child: ChildProcess;
  /** Resolves when it has ended and its log is complete. */
  readonly closed: Promise<void>;
  log(): string;
}

function launch(executable: string, args: readonly string[]): Launched {
  // The kernel ends the server when this process dies, even by SIGKILL. setpriv is of util-linux.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', executable, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  child.on('error', (error) => (log += error.message));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {child, closed, log: () => log};
}

async function becomesReady(child: ChildProcess, url: string, status: number): Promise<boolean> {
  const deadlineMs = Date.now() + startDeadlineMs;
  while (Date.now() < deadlineMs && isRunning(child)) {
    const answered = await fetch(url, {signal: AbortSignal.timeout(1_000)}).then(
      (response) => response.status === status,
      () => false,
    );
    if (answered) return isRunning(child);
    await sleep(20);
  }
  return false;
}

async function end({child, closed}: Launched, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  // Not when it could not be spawned: Node would signal process 0, its own group.
  if (isRunning(child)) child.kill(signal);
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await closed;
  clearTimeout(deadline);
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

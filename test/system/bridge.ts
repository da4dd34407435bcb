import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {onTestFinished, vi} from 'vitest';
import {freePort} from '../peers/port.ts';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A program that runs in a process of its own. */
export interface Command {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input is: nothing, or what the test writes. */
  readonly stdin?: 'ignore' | 'pipe';
}

/** Starts a program in a folder. It is ended with the running test where that leaves it running. */
export const startProgram = (
  program: string,
  args: readonly string[],
  {cwd, env = {}, stdin = 'ignore'}: Surroundings,
): Command => {
  const child = spawn(program, [...args], {
    cwd,
    env: {...process.env, ...env},
    stdio: [stdin, 'pipe', 'pipe'],
  });
  const texts = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  return {child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended};
};

/** Starts a command of the built program in a folder. */
export const startCommand = (args: readonly string[], where: Surroundings): Command =>
  startProgram(process.execPath, [entry, ...args], where);

/** Waits for a program's end. Gives how it ended, and what it printed. */
export const toEnd = async ({ended, stdout, stderr}: Command) => {
  const code = await ended;
  return {code, stdout: stdout(), stderr: stderr()};
};

/** Runs a command to its end. */
export const runCommand = (...[args, where]: Parameters<typeof startCommand>) =>
  toEnd(startCommand(args, where));

/** A bridge that runs, with its web server's address. */
export interface Bridge extends Command {
  readonly url: string;
  readonly port: number;
}

/** Writes a configuration to a folder and runs it, its web server on a free port of 127.0.0.1. Resolves once it answers. */
export const startBridge = async (
  folder: string,
  configuration: Readonly<Record<string, unknown>>,
  web: Readonly<Record<string, unknown>> = {},
): Promise<Bridge> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'bridge.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({web: {listen: `127.0.0.1:${port}`, ...web}, ...configuration}));
  const command = startCommand(['run', '--config', file], {cwd: folder});
  await vi.waitFor(
    async () => {
      if (command.child.exitCode !== null) throw new Error(`the bridge ended: ${command.stderr()}`);
      const response = await fetch(`${url}/-/ready`);
      if (!response.ok) throw new Error(`not ready: ${response.status}`);
    },
    {timeout: 20_000, interval: 50},
  );
  return {...command, url, port};
};

/** The value of a metric of the bridge's own, by its name behind `speedtest_bridge_` and its labels as they are written. */
export const metricOf = async ({url}: Bridge, series: string): Promise<number | undefined> => {
  const response = await fetch(`${url}/metrics`);
  const start = `speedtest_bridge_${series} `;
  const line = (await response.text()).split('\n').find((text) => text.startsWith(start));
  return line === undefined ? undefined : Number.parseFloat(line.slice(start.length));
};

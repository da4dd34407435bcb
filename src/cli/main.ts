import {ConfigError} from '../config/load.ts';
import {JournalError} from '../journal/database.ts';
import {ListenError} from '../server/listen.ts';
import {packageVersion} from '../version.ts';
import {configFrom} from './config-flags.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {StatusError} from './status-error.ts';

/** What an expected error means for the exit code; undefined for an unexpected one. */
const exitCodeOf = (error: unknown): ExitCode | undefined => {
  if (error instanceof UsageError || error instanceof ConfigError) return exitCode.usage;
  if (error instanceof JournalError || error instanceof ListenError || error instanceof StatusError)
    return exitCode.failed;
  return undefined;
};

/** The flags of `run` and `run --config FILE`, as services start it; undefined for every other command line. */
const flagsOfPlainRun = (args: readonly string[]): {readonly config?: string} | undefined => {
  const [command, flag, config, another] = args;
  if (command !== 'run') return undefined;
  if (flag === undefined) return {};
  const isFile = config !== undefined && config !== '' && !config.startsWith('-');
  return flag === '--config' && isFile && another === undefined ? {config} : undefined;
};

const start = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const flags = flagsOfPlainRun(args);
  if (flags === undefined) {
    const {runCommand} = await import('./commands.ts');
    return runCommand(args, env, signal);
  }
  // Without what reads the other command lines, which takes a sixth of the start.
  const {run} = await import('./run.ts');
  return run(() => configFrom(flags, env), packageVersion(), signal);
};

/**
 * Runs the command that `args` names, until it is done or `signal` aborts.
 * Prints errors to standard error, expected ones as plain lines, and gives the process's exit code.
 */
export const main = async (...given: Parameters<typeof start>): Promise<ExitCode> => {
  try {
    return await start(...given);
  } catch (error) {
    const expected = exitCodeOf(error);
    const text =
      error instanceof Error ? (expected === undefined ? error.stack : error.message) : String(error);
    process.stderr.write(`${text}\n`);
    return expected ?? exitCode.failed;
  }
};

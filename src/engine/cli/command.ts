import type {Engine, JobNetwork} from '../engine.ts';
import {requireDefaultNetwork} from './network.ts';
import {readOoklaOutput} from './ookla-output.ts';
import {runProgram} from './program.ts';

export interface CommandSettings {
  /** The program, a path or a name to look for on PATH, then its arguments. */
  readonly run: readonly [string, ...string[]];
}

/**
 * Any program that prints a result in Ookla's JSON, and failures as Ookla's program does. What it measures is its own
 * affair; its version is not known, because no flag for that is.
 */
export const commandEngine = ({
  run: [program, ...args],
  ...network
}: CommandSettings & JobNetwork): Engine => {
  return async (run, signal) => {
    requireDefaultNetwork('command', network);
    run.onProgress({phase: 'connect', server: program});
    const output = await runProgram({program, args}, signal);
    return {engine: {name: 'command'}, ...readOoklaOutput(program, output)};
  };
};

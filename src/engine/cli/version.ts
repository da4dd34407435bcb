import {EngineError} from '../engine.ts';
import {runProgram} from './program.ts';

/** Bound on a program's answer: it only has to print a line. */
const timeoutMs = 5000;

export interface ProgramVersion {
  /** All that the program prints when asked. */
  readonly text: string;
  /** The first dotted number in it, such as `1.2.0.84`. */
  readonly number?: string;
}

/** The first dotted number of a text. */
export const dottedNumber = (text: string): string | undefined => /\d+(?:\.\d+)+/.exec(text)?.[0];

/**
 * What `program --version` prints; `undefined` where it does not answer, because a test is not given up for that.
 * Rejects only when `signal` aborts.
 */
export const askVersion = async (
  program: string,
  signal: AbortSignal,
): Promise<ProgramVersion | undefined> => {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const {stdout, stderr} = await runProgram({program, args: ['--version']}, limit);
    const text = `${stdout}${stderr}`.trim();
    const number = dottedNumber(text);
    return {text, ...(number !== undefined && {number})};
  } catch (error) {
    if (error instanceof EngineError && !signal.aborted) return undefined;
    throw error;
  }
};

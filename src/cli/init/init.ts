import {rmSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline/promises';
import {loadConfig} from '../../config/load.ts';
import {UsageError} from '../exit-code.ts';
import {type Ask, completeAnswers, type Given} from './answers.ts';
import {configText} from './config-text.ts';

/** Someone to ask, at a terminal; the questions go to standard error. */
const openTerminal = (signal: AbortSignal): {readonly ask: Ask; close(): void} => {
  const terminal = createInterface({input: process.stdin, output: process.stderr});
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const either = AbortSignal.any([signal, closed.signal]);
  const ask: Ask = async (question) => {
    try {
      return (await terminal.question(`${question}: `, {signal: either})).trim();
    } catch {
      throw new UsageError('not all questions were answered: nothing was written');
    }
  };
  return {ask, close: () => terminal.close()};
};

const writeNew = (file: string, text: string): void => {
  try {
    writeFileSync(file, text, {flag: 'wx'});
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(exists ? `${file} is there already: give --output another name` : String(error));
  }
};

/**
 * Writes a first configuration file of what flags say and, at a terminal, a person answers.
 * Throws a `UsageError` where the file is there already or answers are missing, and a `ConfigError` where answers are
 * wrong; nothing is written then.
 */
export const init = async (output: string, given: Given, signal: AbortSignal): Promise<void> => {
  const terminal = process.stdin.isTTY ? openTerminal(signal) : undefined;
  // Any minute but those at which many tests begin.
  const minute = 3 + Math.floor(Math.random() * 10);
  try {
    writeNew(output, configText(await completeAnswers(given, terminal?.ask, minute)));
  } finally {
    terminal?.close();
  }
  try {
    loadConfig({file: output, flags: {}, env: {}});
  } catch (error) {
    rmSync(output);
    throw error;
  }
  process.stdout.write(`wrote ${output}: look it over, then \`speedtest-bridge check --config ${output}\`\n`);
};

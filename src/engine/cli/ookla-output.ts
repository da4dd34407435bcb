import type {Measurement} from '../../result.ts';
import {EngineError} from '../engine.ts';
import {parseOoklaJson} from '../ookla-json.ts';
import {exitFailure, spokenFailure} from './failure.ts';
import type {Output} from './program.ts';
import {believable, readJson} from './read.ts';

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // lines of plain text are as good as any
  }
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;

/** `{"type":"log","level":"error","message":…}` and `{"error":…}`, as Ookla's program prints failures for JSON. */
const messageOf = (json: unknown): string => {
  const words = field(json, 'message') ?? field(json, 'error');
  return typeof words === 'string' ? words : '';
};

/** What one line says: plain text without the time and level at its front. What is left of cut JSON says nothing. */
const wordsOf = (line: string): string => {
  const json = parse(line);
  if (json !== undefined) return messageOf(json);
  return /^\s*["{}]/.test(line) ? '' : line.replace(/^(?:\[[\d :.-]+\] )?\[error\] /, '');
};

const spoken = (text: string): string => {
  const json = parse(text);
  return json === undefined ? text.split('\n').map(wordsOf).join('\n') : messageOf(json);
};

/** The object of `type: result`: all of the output, or a line of it where others hold the log. */
const findResult = (stdout: string): unknown =>
  [stdout, ...stdout.split('\n')].map(parse).find((value) => field(value, 'type') === 'result');

/**
 * Reads what a program printed that speaks as Ookla's does with `--format=json`.
 * Throws an `EngineError` of the class that its words stand for, or `bad-output`.
 */
export const readOoklaOutput = (what: string, output: Output): Omit<Measurement, 'engine'> => {
  const {exitCode, stdout, stderr} = output;
  const words = `${spoken(stdout)}\n${spoken(stderr)}`.trim();
  if (exitCode !== 0) throw exitFailure(what, {...output, stderr: words});
  const result = findResult(stdout);
  if (result === undefined) {
    if (words !== '') throw spokenFailure(what, words);
    readJson(what, stdout);
    throw new EngineError('bad-output', `${what}: printed JSON without a result`);
  }
  const parsed = parseOoklaJson(result);
  if (!parsed.ok) throw new EngineError('bad-output', `${what}: ${parsed.problem}`);
  return believable(what, parsed.measurement);
};

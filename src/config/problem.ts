import type {Document, LineCounter} from 'yaml';
import type {z} from 'zod';
import {withoutToken} from '../engine/librespeed/server.ts';

/** The keys and indices that lead to a place of the configuration. */
export type Path = readonly PropertyKey[];

/** Where settings come from, so that a problem can name the place. */
export interface Source {
  readonly file?: string;
  readonly document?: Document;
  readonly lines?: LineCounter;
  /** Settings given by flag or variable, by their path: how the person gave them. */
  readonly overrides: ReadonlyMap<string, string>;
}

/** `['jobs', 0, 'schedule']` as `jobs[0].schedule`. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

const secretKeys: readonly unknown[] = [
  'password',
  'credentials',
  'token',
  'bearer_token',
  'bearer_tokens',
  'client_secret',
  'secret_key',
  'key',
];
/** Groups whose values may be secret, but not their names; so may be a text in the place of one. */
const secretGroups: readonly unknown[] = [
  'headers',
  'http_headers',
  'proxy_connect_header',
  'endpoint_params',
  'params',
  'basic_auth_users',
];
// An address can hold a password before its @.
const withoutUserinfo = (text: string): string => text.replace(/(:\/\/)[^/@\s]*@/g, '$1<secret>@');

/** What a configuration holds at a place; undefined where there is no such place. */
export const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.getOwnPropertyDescriptor(value, key)?.value
        : undefined,
    root,
  );

/** The value found at a place, as a message shows it. */
const found = (root: unknown, path: Path): string => {
  const value = valueAt(root, path);
  const isInGroup = (index: number): boolean =>
    index < path.length - 1 ? path.at(-2) !== 'files' : typeof value === 'string';
  const isSecret = (key: PropertyKey, index: number): boolean =>
    secretKeys.includes(key) || (secretGroups.includes(key) && isInGroup(index));
  if (path.some(isSecret)) return '<secret>';
  if (value === undefined) return 'nothing';
  // What is in a group or a list may be secret.
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return Array.isArray(value) ? 'a list' : 'a group of keys';
  }
  const json = withoutToken(withoutUserinfo(JSON.stringify(value) ?? String(value)));
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
};

/** `FILE:LINE:COLUMN` of the nearest part of the file that holds the place, or the flag or variable that gave it. */
const placeOf = (path: Path, {file, document, lines, overrides}: Source): string => {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const override = overrides.get(formatPath(part));
    if (override !== undefined) return override;
    const node = document?.getIn(part, true);
    if (lines && typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const {line, col} = lines.linePos(Number(node.range[0]));
      return `${file}:${line}:${col}`;
    }
  }
  return file ?? 'settings';
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

const expectation = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? issue.message
        : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
};

/** A schema issue whose message already names the value found and what to write instead. */
export const wholeSentence = (message: string) =>
  ({code: 'custom', message, params: {wholeSentence: true}}) as const;

const describe = (issue: z.core.$ZodIssue, path: Path, root: unknown): string => {
  if (issue.code === 'custom' && issue.params?.['wholeSentence'] === true) return issue.message;
  // A key that is refused.
  if (issue.code === 'invalid_type' && issue.expected === 'never') return issue.message;
  if (issue.code === 'invalid_key') return `expected ${expectation(issue)}, found "${String(path.at(-1))}"`;
  return `expected ${expectation(issue)}, found ${found(root, path)}`;
};

/** A problem in one line: its place, its path, and what is wrong there. */
export const problemAt = (path: Path, message: string, source: Source): string =>
  `${placeOf(path, source)}: ${formatPath(path)}: ${message}`;

/** Gives the line that says why what is at a place of the configuration has no effect. */
export type Warn = (path: Path, because: string) => string;

/** The problems behind one issue of the schema, each with what was expected and what was found. */
export const toProblems = (issue: z.core.$ZodIssue, root: unknown, source: Source): readonly string[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problemAt([...issue.path, key], 'unknown key', source));
  }
  return [problemAt(issue.path, describe(issue, issue.path, root), source)];
};

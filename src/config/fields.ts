import {accessSync, constants, statSync} from 'node:fs';
import {z} from 'zod';
import {parseDuration} from '../duration.ts';
import {parseBaseUrl} from '../engine/librespeed/server.ts';
import {Secret} from '../secret.ts';
import {parseSize, sizeExpectation} from '../size.ts';

/**
 * A string that `parse` understands; where it gives undefined, the configuration error says `expectation`, which editors
 * show as the value's title.
 */
export const parsed = <T>(parse: (value: string) => T | undefined, expectation: string) =>
  z
    .string()
    .transform((value, context): T => {
      const result = parse(value);
      if (result !== undefined) return result;
      context.addIssue({code: 'custom', message: expectation});
      return z.NEVER;
    })
    .meta({title: expectation});

/** A text that may be written as a number, as Prometheus takes it: `username: 12345`. */
export const orNumber = <T extends z.ZodType>(text: T) =>
  z.preprocess((value) => (typeof value === 'number' ? String(value) : value), text);

export const nonEmpty = orNumber(z.string().min(1, 'a text that is not empty'));

/** `30s`, `1h30m`, `400d`, and 0 with or without a unit; gives milliseconds. */
export const duration = z.preprocess(
  (value) => (value === 0 ? '0' : value),
  parsed(parseDuration, 'a duration such as 30s, 1h30m or 400d'),
);

/** As `duration`, but zero is refused too. */
export const positiveDuration = parsed(
  (value) => parseDuration(value) || undefined,
  'a duration above zero, such as 30s, 1h30m or 400d',
);

/** `500MB`, `50GB`, `10GiB`; gives bytes. */
export const dataSize = orNumber(parsed(parseSize, sizeExpectation));

export const httpUrl = parsed(
  (value) => (/^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined),
  'an http:// or https:// address',
);

/** The base address of a LibreSpeed server or the like. */
export const baseUrl = parsed(
  (value) => (parseBaseUrl(value) === undefined ? undefined : value),
  'an http:// or https:// address without user, query and fragment',
);

/** A label name as Prometheus allows it in configuration files; names that begin with __ are its own. */
export const labelName = z
  .string()
  .regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label name: letters, digits and _, not beginning with __');

export const labelValues = z.record(labelName, z.string());

/** A file that can be read now, so that a wrong path is told at start rather than at the first use. */
export const readableFile = parsed((path) => {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isDirectory() ? undefined : path;
  } catch {
    return undefined;
  }
}, 'a file that can be read');

export const secretText = nonEmpty.transform((value) => Secret.of(value));
export const secretFile = readableFile.transform((path) => Secret.fromFile(path));

/** The secret of two keys, `NAME` and `NAME_file`, of which at most one may be given. */
export const atMostOneSecret = (
  name: string,
  value: Secret | undefined,
  fromFile: Secret | undefined,
  context: z.RefinementCtx,
): Secret | undefined => {
  if (value === undefined || fromFile === undefined) return value ?? fromFile;
  context.addIssue({code: 'custom', message: `at most one of ${name} and ${name}_file`});
  return z.NEVER;
};

/** The secret of two keys, `NAME` and `NAME_file`, of which exactly one must be given. */
export const oneSecret = (
  name: string,
  value: Secret | undefined,
  fromFile: Secret | undefined,
  context: z.RefinementCtx,
): Secret => {
  const given = value ?? fromFile;
  if (given !== undefined && (value === undefined || fromFile === undefined)) return given;
  context.addIssue({code: 'custom', message: `exactly one of ${name} and ${name}_file`});
  return z.NEVER;
};

/** Describes a key of prometheus.yml that is taken, so that its blocks can be pasted; warnings.ts says why it does nothing. */
export const withoutEffect = 'Taken as prometheus.yml has it, without effect; a warning says why.';

/** A key that is refused because of what it would mean. The reason is a whole sentence. */
export const refused = (reason: string) => z.never({error: reason}).optional().describe(reason);

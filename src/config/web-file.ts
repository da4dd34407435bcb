import {z} from 'zod';
import type {TokenBucketSettings} from '../server/access/token-bucket.ts';
import type {TlsSettings} from '../server/tls.ts';
import {duration} from './fields.ts';
import {fingerprintOf} from './fingerprint.ts';
import {problemAt, toProblems, valueAt} from './problem.ts';
import {tlsServerConfig} from './web-tls.ts';
import {parseYamlFile} from './yaml-file.ts';

/** What a web configuration file says. */
export interface WebFile {
  readonly tls: TlsSettings | undefined;
  /** Tells whether what the file says of TLS is the same as in another file. */
  readonly tlsFingerprint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by the user's name. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: TokenBucketSettings | undefined;
  /** A line for each key that has no effect. */
  readonly warnings: readonly string[];
}

export const noWebFile: WebFile = {
  tls: undefined,
  tlsFingerprint: fingerprintOf(undefined),
  headers: {},
  users: new Map(),
  rateLimit: undefined,
  warnings: [],
};

/** A header's value (RFC 9110, 5.5), or nothing for no header. */
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'a text of visible ASCII characters');

const headers = z
  .strictObject({
    'Content-Security-Policy': headerValue.optional(),
    'X-Frame-Options': z.enum(['', 'deny', 'sameorigin']).optional(),
    'X-Content-Type-Options': z.enum(['', 'nosniff']).optional(),
    'X-XSS-Protection': headerValue.optional(),
    'Strict-Transport-Security': headerValue.optional(),
  })
  .transform(
    (given): Readonly<Record<string, string>> =>
      Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : []))),
  );

/** A higher one takes seconds of the processor for each login. */
const highestCost = 14;
const bcryptHash = z
  .string()
  .regex(
    /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/,
    'a bcrypt hash, as htpasswd -nBC 10 makes it',
  )
  .refine(
    (hash) => Number.parseInt(hash.slice(4, 6), 10) <= highestCost,
    `a bcrypt hash with a cost of at most ${highestCost}`,
  );
const userName = z.string().regex(/^[^:]+$/, 'a name without a colon');

const schema = z.strictObject({
  tls_server_config: tlsServerConfig.optional(),
  http_server_config: z
    .strictObject({http2: z.boolean().optional(), headers: headers.prefault({})})
    .prefault({}),
  basic_auth_users: z
    .record(userName, bcryptHash)
    .nullish()
    .transform((users) => new Map(Object.entries(users ?? {}))),
  rate_limit: z
    .strictObject({interval: duration, burst: z.int().min(1)})
    .transform(({interval, burst}) => (interval === 0 ? undefined : {intervalMs: interval, burst}))
    .optional(),
});

export type ParsedWebFile =
  | {readonly ok: true; readonly file: WebFile}
  /** Each with the place in that file. */
  | {readonly ok: false; readonly problems: readonly string[]};

/**
 * Reads a web configuration file in the format of Prometheus' exporter-toolkit
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md).
 */
export const readWebFile = (path: string): ParsedWebFile => {
  const outcome = parseYamlFile(path);
  if (!outcome.ok) return outcome;
  const {root, source} = outcome.parsed;
  const {data, error} = schema.safeParse(root);
  if (data === undefined) {
    return {ok: false, problems: error.issues.flatMap((issue) => toProblems(issue, root, source))};
  }
  const http2 = ['http_server_config', 'http2'];
  const warnings =
    valueAt(root, http2) === true
      ? [problemAt(http2, 'has no effect: requests are answered by HTTP/1.1', source)]
      : [];
  return {
    ok: true,
    file: {
      tls: data.tls_server_config,
      tlsFingerprint: fingerprintOf(valueAt(root, ['tls_server_config'])),
      headers: data.http_server_config.headers,
      users: data.basic_auth_users,
      rateLimit: data.rate_limit,
      warnings,
    },
  };
};

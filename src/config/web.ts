import {z} from 'zod';
import {type Allowlist, defaultAllowedIps, parseAllowlist} from '../addresses/allowlist.ts';
import {leastTokenLength} from '../bearer-token.ts';
import {Secret} from '../secret.ts';
import {parseEndpoint} from '../server/endpoint.ts';
import {reservedPaths} from '../server/paths.ts';
import {nonEmpty, orNumber, readableFile, secretFile} from './fields.ts';
import {wholeSentence} from './problem.ts';
import {noWebFile, readWebFile} from './web-file.ts';

const parseEntries = (
  entries: readonly string[],
  context: z.RefinementCtx,
  placeOf: (index: number) => number = (index) => index,
): Allowlist => {
  const outcome = parseAllowlist(entries);
  if (outcome.ok) return outcome.allowlist;
  for (const {index, problem} of outcome.problems) {
    context.addIssue({...wholeSentence(problem), path: index === undefined ? [] : [placeOf(index)]});
  }
  return z.NEVER;
};

const allowlist = z.array(z.string()).transform((entries, context) => parseEntries(entries, context));

/** As nginx writes the clients of a Unix socket. */
const unixProxies = 'unix:';

const trustedProxies = z.array(z.string()).transform((entries, context) => {
  const unix = entries.includes(unixProxies);
  const numbered = entries.map((entry, index) => ({entry, index})).filter(({entry}) => entry !== unixProxies);
  if (unix && numbered.length === 0) return {addresses: undefined, unix};
  const addresses = parseEntries(
    numbered.map(({entry}) => entry),
    context,
    (index) => numbered[index]?.index ?? index,
  );
  return {addresses, unix};
});

/** One address, or several in a list or between commas, as a flag gives them. */
const listen = z
  .union([z.string(), z.array(z.string()).min(1, 'at least one address')], {
    error: 'an address to listen on, or a list of them',
  })
  .transform((given, context) => {
    const texts = typeof given === 'string' ? given.split(',').map((text) => text.trim()) : given;
    return texts.flatMap((text, index) => {
      const outcome = parseEndpoint(text);
      if (outcome.ok) return [outcome.endpoint];
      context.addIssue({...wholeSentence(outcome.problem), path: typeof given === 'string' ? [] : [index]});
      return [];
    });
  });

const socketMode = orNumber(
  z.string().regex(/^0?[0-7]{3}$/, 'permissions of a file, such as 0660'),
).transform((text) => Number.parseInt(text, 8));

const token = nonEmpty
  .refine((text) => text.length >= leastTokenLength, `a token of at least ${leastTokenLength} characters`)
  .transform((text) => Secret.of(text));

const webFile = readableFile.transform((path, context) => {
  const outcome = readWebFile(path);
  if (outcome.ok) return outcome.file;
  for (const problem of outcome.problems) context.addIssue(wholeSentence(problem));
  return z.NEVER;
});

/** The section `web`. */
export const web = z
  .strictObject({
    listen: listen
      .prefault(':9817')
      .describe('Where to listen: :PORT, IPV4:PORT, [IPV6]:PORT or unix:/PATH; several in a list.'),
    socket_mode: socketMode.prefault('0660').describe("Permissions of the Unix socket's file."),
    path: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path such as /prometheus')
      .refine((path) => !reservedPaths.includes(path), `a path other than ${reservedPaths.join(', ')}`)
      .refine((path) => !path.startsWith('/api/'), 'a path that does not begin with /api/')
      .default('/prometheus')
      .describe('Path of the scraped endpoint.'),
    allowed_ips: allowlist
      .prefault([...defaultAllowedIps])
      .describe('Addresses and networks that are served the scraped endpoints; others get 403.'),
    page_allowed_ips: allowlist
      .optional()
      .describe(
        'Addresses and networks that are served the page and the API; without it, those of allowed_ips.',
      ),
    trusted_proxies: trustedProxies
      .optional()
      .describe(
        'Proxies whose X-Forwarded-For and Forwarded are believed; unix: for those over the Unix socket.',
      ),
    bearer_tokens: z
      .array(token)
      .default([])
      .describe('Tokens of at least 16 characters, one of which each request needs where there are any.'),
    bearer_token_files: z
      .array(secretFile)
      .default([])
      .describe('Files with such tokens, read again when they change.'),
    config_file: webFile
      .optional()
      .describe(
        "TLS, client certificates, users and headers: a file in the format of Prometheus' exporter-toolkit.",
      ),
    start_tests: z.boolean().default(false).describe('Whether POST /api/v1/tests and the page start tests.'),
    reload: z
      .boolean()
      .default(false)
      .describe('Whether POST /-/reload has the configuration taken up anew.'),
    max_connections: z.int().min(1).max(100_000).default(1000).describe('Connections in all.'),
    max_connections_per_ip: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .describe('Connections of one IPv4 address or IPv6 network of 64 bits.'),
  })
  .transform((given) => {
    const {tls, tlsFingerprint, headers, users, rateLimit, warnings} = given.config_file ?? noWebFile;
    const metrics = {allowlist: given.allowed_ips, setting: 'web.allowed_ips'};
    const page = given.page_allowed_ips && {
      allowlist: given.page_allowed_ips,
      setting: 'web.page_allowed_ips',
    };
    return {
      listen: given.listen.map((endpoint) =>
        'path' in endpoint ? {...endpoint, mode: given.socket_mode} : endpoint,
      ),
      path: given.path,
      startTests: given.start_tests,
      reload: given.reload,
      tls,
      tlsFingerprint,
      headers,
      access: {
        zones: {metrics, page: page ?? metrics},
        trustedProxies: given.trusted_proxies,
        login: {bearerTokens: [...given.bearer_tokens, ...given.bearer_token_files], users},
        rateLimit,
      },
      connections: {most: given.max_connections, mostPerClient: given.max_connections_per_ip},
      warnings,
    };
  });

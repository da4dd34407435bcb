import {z} from 'zod';
import {type Allowlist, defaultAllowedIps, parseAllowlist} from '../addresses/allowlist.ts';
import {leastTokenLength} from '../bearer-token.ts';
import {parseEndpoint} from '../server/endpoint.ts';
import {reservedPaths} from '../server/paths.ts';
import {nonEmpty, orNumber, readableFile, secretFile} from './fields.ts';
import {wholeSentence} from './problem.ts';
import {Secret} from './secret.ts';
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
    listen: listen.prefault(':9817'),
    socket_mode: socketMode.prefault('0660'),
    path: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path such as /prometheus')
      .refine((path) => !reservedPaths.includes(path), `a path other than ${reservedPaths.join(', ')}`)
      .refine((path) => !path.startsWith('/api/'), 'a path that does not begin with /api/')
      .default('/prometheus'),
    allowed_ips: allowlist.prefault([...defaultAllowedIps]),
    page_allowed_ips: allowlist.optional(),
    trusted_proxies: trustedProxies.optional(),
    bearer_tokens: z.array(token).default([]),
    bearer_token_files: z.array(secretFile).default([]),
    config_file: webFile.optional(),
    start_tests: z.boolean().default(false),
    reload: z.boolean().default(false),
    max_connections: z.int().min(1).max(100_000).default(1000),
    max_connections_per_ip: z.int().min(1).max(100_000).default(100),
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

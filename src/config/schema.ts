import {hostname} from 'node:os';
import {z} from 'zod';
import {defaultAllowedIps, parseAllowlist} from '../addresses/allowlist.ts';
import {profiles} from '../metrics/catalog.ts';
import {parseListen} from '../server/listen.ts';
import {reservedPaths} from '../server/paths.ts';
import {logFormats, logLevels} from '../telemetry/log.ts';
import {pushgateway, remoteWrite} from './destinations.ts';
import {engines} from './engines.ts';
import {dataSize, labelValues, nonEmpty, positiveDuration} from './fields.ts';
import {job} from './job.ts';
import {wholeSentence} from './problem.ts';

const metrics = z
  .strictObject({
    profiles: z.array(z.enum(profiles)).min(1, 'at least one profile').default(['documented']),
    prefix: z
      .string()
      .regex(/^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/, 'the beginning of a metric name, or an empty text')
      .default('speedtest_tracker_'),
    volatile_labels: z.enum(['series', 'info']).default('series'),
    app_name: z.string().default('speedtest-bridge'),
  })
  .transform((given) => ({
    profiles: given.profiles,
    prefix: given.prefix,
    volatileLabels: given.volatile_labels,
    appName: given.app_name,
  }));

const allowlist = z.array(z.string()).transform((entries, context) => {
  const outcome = parseAllowlist(entries);
  if (outcome.ok) return outcome.allowlist;
  for (const {index, problem} of outcome.problems) {
    context.addIssue({...wholeSentence(problem), path: index === undefined ? [] : [index]});
  }
  return z.NEVER;
});

const listen = z.string().transform((value, context) => {
  const outcome = parseListen(value);
  if (outcome.ok) return outcome.listen;
  context.addIssue(wholeSentence(outcome.problem));
  return z.NEVER;
});

const web = z
  .strictObject({
    listen: listen.prefault(':9817'),
    path: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path such as /prometheus')
      .refine((path) => !reservedPaths.includes(path), `a path other than ${reservedPaths.join(', ')}`)
      .refine((path) => !path.startsWith('/api/'), 'a path that does not begin with /api/')
      .default('/prometheus'),
    allowed_ips: allowlist.prefault([...defaultAllowedIps]),
    trusted_proxies: allowlist.optional(),
    start_tests: z.boolean().default(false),
  })
  .transform((given) => ({
    listen: given.listen,
    path: given.path,
    allowlist: given.allowed_ips,
    trustedProxies: given.trusted_proxies,
    startTests: given.start_tests,
  }));

/** The whole configuration: keys as in the file, and what becomes of them. */
export const schema = z.strictObject({
  labels: labelValues
    .refine(({job}) => job !== '', 'a job that is not empty')
    .default({})
    .transform((given): Readonly<Record<string, string>> & {job: string; instance: string} => ({
      job: 'speedtest',
      instance: hostname(),
      ...given,
    })),
  metrics: metrics.prefault({}),
  jobs: z.array(job),
  data_budget: dataSize.transform((bytes) => ({bytes})).optional(),
  engines: engines.prefault({}),
  remote_write: z.array(remoteWrite).default([]),
  pushgateway: z.array(pushgateway).default([]),
  web: web.prefault({}),
  storage: z
    .strictObject({
      path: nonEmpty.default('data/speedtest-bridge.db'),
      retention: positiveDuration.prefault('400d'),
    })
    .transform((given) => ({path: given.path, retentionMs: given.retention}))
    .prefault({}),
  log: z
    .strictObject({level: z.enum(logLevels).default('info'), format: z.enum(logFormats).default('auto')})
    .prefault({}),
});

/** A checked configuration: durations in milliseconds, networks and schedules parsed, secrets sealed. */
export type Config = z.output<typeof schema> & {
  /** A line for each key that was given and has no effect, or one that others would not like. */
  readonly warnings: readonly string[];
};
export type JobConfig = Config['jobs'][number];

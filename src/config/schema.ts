import {hostname} from 'node:os';
import {z} from 'zod';
import {profiles} from '../metrics/catalog.ts';
import {defaultPrefix, prefixPattern} from '../metrics/names.ts';
import type {ScrapeJob} from '../scrape/job.ts';
import {logFormats, logLevels} from '../telemetry/log.ts';
import {pushgateway, remoteWrite} from './destinations.ts';
import {engines} from './engines.ts';
import {dataSize, labelValues, nonEmpty, positiveDuration} from './fields.ts';
import {job} from './job.ts';
import {global} from './scrape/global.ts';
import {scrapeConfig} from './scrape/scrape-config.ts';
import {web} from './web.ts';

const metrics = z
  .strictObject({
    profiles: z.array(z.enum(profiles)).min(1, 'at least one profile').default(['documented']),
    prefix: z
      .string()
      .regex(prefixPattern, 'the beginning of a metric name, or an empty text')
      .default(defaultPrefix),
    volatile_labels: z.enum(['series', 'info']).default('series'),
    app_name: z.string().default('speedtest-bridge'),
  })
  .transform((given) => ({
    profiles: given.profiles,
    prefix: given.prefix,
    volatileLabels: given.volatile_labels,
    appName: given.app_name,
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
  global: global.prefault({}).describe("What all scrape jobs have in common: prometheus.yml's own global."),
  scrape_configs: z
    .array(scrapeConfig)
    .default([])
    .describe(
      "Targets to scrape and forward. An entry of prometheus.yml's own scrape_configs can be pasted as it is.",
    ),
  web: web.prefault({}),
  storage: z
    .strictObject({
      path: nonEmpty.default('data/speedtest-bridge.db'),
      retention: positiveDuration.prefault('400d'),
      scrapes_limit: dataSize.prefault('1GB'),
    })
    .transform((given) => ({
      path: given.path,
      retentionMs: given.retention,
      scrapesLimitBytes: given.scrapes_limit,
    }))
    .prefault({}),
  log: z
    .strictObject({level: z.enum(logLevels).default('info'), format: z.enum(logFormats).default('auto')})
    .prefault({}),
});

/** A checked configuration: durations in milliseconds, networks and schedules parsed, secrets sealed. */
export type Config = z.output<typeof schema> & {
  /** A line for each key that was given and has no effect, or one that others would not like. */
  readonly warnings: readonly string[];
  /** By the name of each destination, what `fingerprintOf` gives of what was given for it. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** What `scrape_configs` and `global` make. */
  readonly scrapeJobs: readonly ScrapeJob[];
};
export type JobConfig = Config['jobs'][number];

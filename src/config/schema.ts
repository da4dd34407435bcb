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
import {tracker} from './tracker.ts';
import {web} from './web.ts';

const metrics = z
  .strictObject({
    profiles: z
      .array(z.enum(profiles))
      .min(1, 'at least one profile')
      .default(['documented'])
      .describe('Names to use for the metrics, several at once (docs/metrics.md).'),
    prefix: z
      .string()
      .regex(prefixPattern, 'the beginning of a metric name, or an empty text')
      .default(defaultPrefix)
      .describe('What every metric name begins with; may be empty.'),
    volatile_labels: z
      .enum(['series', 'info'])
      .default('series')
      .describe(
        'Where healthy, status and scheduled go, which change between results: on every series, or on result_info alone, so that they start no new series.',
      ),
    app_name: z.string().default('speedtest-bridge').describe('The label app_name.'),
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
    }))
    .describe('Labels of every pushed series. Without them job is speedtest, and instance the host name.'),
  metrics: metrics.prefault({}).describe("Names and labels of the results' series."),
  jobs: z.array(job).describe('What is tested and when. Two tests never run at once.'),
  data_budget: dataSize
    .transform((bytes) => ({bytes}))
    .optional()
    .describe(
      "How much the tests of all jobs together may move in a calendar month of the system's time zone; runs that would exceed it are skipped.",
    ),
  engines: engines.prefault({}).describe('Settings of the engines that jobs name.'),
  remote_write: z
    .array(remoteWrite)
    .default([])
    .describe(
      "Receivers of remote write. An entry of prometheus.yml's own remote_write can be pasted as it is.",
    ),
  pushgateway: z
    .array(pushgateway)
    .default([])
    .describe('Pushgateways. Each push replaces the whole group, also after a failed test.'),
  global: global.prefault({}).describe("What all scrape jobs have in common: prometheus.yml's own global."),
  scrape_configs: z
    .array(scrapeConfig)
    .default([])
    .describe(
      "Targets to scrape and forward. An entry of prometheus.yml's own scrape_configs can be pasted as it is.",
    ),
  web: web.prefault({}).describe('The web server: the scraped endpoints, the page and the API.'),
  tracker: tracker
    .optional()
    .describe('A Speedtest Tracker whose webhook tells of new results (docs/webhook.md).'),
  storage: z
    .strictObject({
      path: nonEmpty
        .prefault('data/speedtest-bridge.db')
        .describe('The file, taken from the working directory.'),
      retention: positiveDuration
        .prefault('400d')
        .describe('How long results are kept. What a destination has yet to take is kept longer.'),
      scrapes_limit: dataSize
        .prefault('1GB')
        .describe('Most bytes of scrapes that wait for a destination; beyond that the oldest are dropped.'),
    })
    .transform((given) => ({
      path: given.path,
      retentionMs: given.retention,
      scrapesLimitBytes: given.scrapes_limit,
    }))
    .prefault({})
    .describe('The journal of results.'),
  log: z
    .strictObject({
      level: z.enum(logLevels).default('info').describe('The least severe lines that are written.'),
      format: z.enum(logFormats).default('auto').describe('auto is text on a terminal and JSON elsewhere.'),
    })
    .prefault({})
    .describe('The log, which goes to standard error.'),
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

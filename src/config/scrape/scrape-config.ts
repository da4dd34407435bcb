import {z} from 'zod';
import {relabelConfigs} from '../../relabel/schema.ts';
import {connectionKeys, toConnection} from '../destination/connection.ts';
import {nonEmpty, orNumber} from '../fields.ts';
import {discoveryKeys} from './discovery.ts';
import {ineffectiveKeys, protocol, sharedIneffectiveKeys, sharedKeys} from './shared-keys.ts';

// Prometheus signs no scrapes.
const {sigv4: _, ...targetKeys} = connectionKeys;

const name = z.string().min(1, 'a name that is not empty');

const staticConfig = z.strictObject({
  targets: z.array(nonEmpty).describe('Addresses, each a host and mostly a port.'),
  labels: z.record(name, orNumber(z.string())).default({}).describe('Labels of all series of these targets.'),
});

/**
 * An entry of `scrape_configs`: every key of prometheus.yml's own, as of Prometheus 3.5
 * (https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#scrape_config). What warnings.ts lists
 * is taken and has no effect.
 */
export const scrapeConfig = z
  .strictObject({
    job_name: nonEmpty.describe("The job's name, and the label job of its series."),
    ...sharedKeys,
    fallback_scrape_protocol: protocol
      .exclude(['PrometheusProto'])
      .optional()
      .describe('How a page without a known Content-Type is read; without it, such a scrape fails.'),
    metrics_path: nonEmpty.default('/metrics').describe("The path of the targets' pages."),
    scheme: z.enum(['http', 'https']).default('http').describe('The scheme of their addresses.'),
    params: z
      .record(name, z.array(orNumber(z.string())))
      .default({})
      .describe('Parameters of the addresses.'),
    honor_labels: z
      .boolean()
      .default(false)
      .describe("Whether labels of the page win over the target's, as they should for a Pushgateway."),
    honor_timestamps: z.boolean().default(true).describe("Whether the page's timestamps count."),
    track_timestamps_staleness: z
      .boolean()
      .default(false)
      .describe('Whether series with timestamps of the page are ended when they are gone.'),
    enable_compression: z.boolean().default(true).describe('Whether pages are asked for by gzip.'),
    ...targetKeys,
    static_configs: z.array(staticConfig).default([]).describe('The targets.'),
    relabel_configs: relabelConfigs.default([]).describe('Relabelling of the targets.'),
    metric_relabel_configs: relabelConfigs.default([]).describe('Relabelling of the scraped series.'),
    ...sharedIneffectiveKeys,
    ...ineffectiveKeys,
    ...discoveryKeys,
  })
  .transform((given, context) => ({...given, connection: toConnection(given, context)}));

export type ScrapeConfig = z.output<typeof scrapeConfig>;

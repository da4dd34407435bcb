import {z} from 'zod';
import {relabelConfigs} from '../../relabel/schema.ts';
import type {ScrapeJob} from '../../scrape/job.ts';
import {httpHeaders} from '../destination/headers.ts';
import {loginKeys, toLogin} from '../destination/login.ts';
import {proxyKeys, toProxy} from '../destination/proxy.ts';
import {tlsConfig} from '../destination/tls.ts';
import {nonEmpty, orNumber} from '../fields.ts';
import {discoveryKeys} from './discovery.ts';
import {ineffectiveKeys, protocol, sharedIneffectiveKeys, sharedKeys} from './shared-keys.ts';

// Prometheus signs no scrapes.
const {sigv4: _, ...targetLoginKeys} = loginKeys;

/** The keys of prometheus.yml's `http_config`. */
const httpKeys = z.object({
  ...targetLoginKeys,
  tls_config: tlsConfig.optional().describe('TLS of the connection.'),
  ...proxyKeys,
  follow_redirects: z.boolean().default(true).describe('Whether a redirection is followed.'),
  http_headers: httpHeaders.default({}).describe('Headers of each request, with values from files too.'),
});

/** @param timeoutMs for a request of a token. */
const toHttp = (
  given: z.output<typeof httpKeys>,
  timeoutMs: number,
  context: z.RefinementCtx,
): ScrapeJob['http'] => {
  const login = toLogin(given, timeoutMs, context);
  const proxy = toProxy(given, context);
  return {
    headers: given.http_headers,
    followRedirects: given.follow_redirects,
    ...(login && {login}),
    ...(given.tls_config && {tls: given.tls_config}),
    ...(proxy && {proxy}),
  };
};

const name = z.string().min(1, 'a name that is not empty');

const staticConfig = z.strictObject({
  targets: z.array(nonEmpty).describe('Addresses, each a host and mostly a port.'),
  labels: z.record(name, orNumber(z.string())).default({}).describe('Labels of all series of these targets.'),
});

/**
 * An entry of `scrape_configs`: every key of prometheus.yml's own, as of Prometheus 3.5
 * (https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#scrape_config). What warnings.ts lists is taken and has
 * no effect.
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
    ...httpKeys.shape,
    static_configs: z.array(staticConfig).default([]).describe('The targets.'),
    relabel_configs: relabelConfigs.default([]).describe('Relabelling of the targets.'),
    metric_relabel_configs: relabelConfigs.default([]).describe('Relabelling of the scraped series.'),
    ...sharedIneffectiveKeys,
    ...ineffectiveKeys,
    ...discoveryKeys,
  })
  .transform((given, context) => ({...given, http: toHttp(given, given.scrape_timeout ?? 10_000, context)}));

export type ScrapeConfig = z.output<typeof scrapeConfig>;

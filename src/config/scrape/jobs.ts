import {formatDuration} from '../../duration.ts';
import {type ScrapeJob, type ScrapeLimits, textProtocols} from '../../scrape/job.ts';
import {withTokenTimeout} from '../destination/connection.ts';
import type {Global} from './global.ts';
import type {ScrapeConfig} from './scrape-config.ts';

interface Scrapes {
  readonly global: Global;
  readonly scrape_configs: readonly ScrapeConfig[];
}

const intervalOf = (job: ScrapeConfig, global: Global): number =>
  job.scrape_interval ?? global.scrape_interval ?? 60_000;

/** Where it is not given, it is no longer than the interval. */
const timeoutOf = (job: ScrapeConfig, global: Global): number =>
  job.scrape_timeout ?? Math.min(global.scrape_timeout ?? 10_000, intervalOf(job, global));

const limitsOf = (job: ScrapeConfig, global: Global): ScrapeLimits => {
  const limit = (key: keyof Global & `${string}_limit`): number => {
    const value = job[key] ?? global[key] ?? 0;
    return value === 0 ? Number.POSITIVE_INFINITY : value;
  };
  return {
    bodyBytes: limit('body_size_limit'),
    samples: limit('sample_limit'),
    labels: limit('label_limit'),
    labelNameBytes: limit('label_name_length_limit'),
    labelValueBytes: limit('label_value_length_limit'),
    targets: limit('target_limit'),
  };
};

const escapingOf = (job: ScrapeConfig, global: Global): ScrapeJob['escaping'] => {
  const validation = job.metric_name_validation_scheme ?? global.metric_name_validation_scheme;
  const escaping = job.metric_name_escaping_scheme ?? global.metric_name_escaping_scheme;
  return escaping ?? (validation === 'legacy' ? 'underscores' : 'allow-utf-8');
};

const protocolsOf = (job: ScrapeConfig, global: Global): ScrapeJob['protocols'] => {
  const given = job.scrape_protocols ?? global.scrape_protocols ?? textProtocols;
  return given.filter((protocol) => protocol !== 'PrometheusProto');
};

/** The jobs of `scrape_configs`, with what `global` gives them, and the fingerprint of each by its place. */
export const scrapeJobsOf = (
  {global, scrape_configs: jobs}: Scrapes,
  fingerprintAt: (index: number) => string,
): readonly ScrapeJob[] =>
  jobs.map((job, index) => ({
    name: job.job_name,
    fingerprint: fingerprintAt(index),
    intervalMs: intervalOf(job, global),
    timeoutMs: timeoutOf(job, global),
    scheme: job.scheme,
    metricsPath: job.metrics_path,
    params: job.params,
    protocols: protocolsOf(job, global),
    ...(job.fallback_scrape_protocol && {fallbackProtocol: job.fallback_scrape_protocol}),
    escaping: escapingOf(job, global),
    compression: job.enable_compression,
    honorLabels: job.honor_labels,
    honorTimestamps: job.honor_timestamps,
    trackTimestampsStaleness: job.track_timestamps_staleness,
    http: {headers: job.http_headers, ...withTokenTimeout(job.connection, timeoutOf(job, global))},
    groups: job.static_configs,
    relabelRules: job.relabel_configs,
    metricRelabelRules: job.metric_relabel_configs,
    externalLabels: global.external_labels,
    limits: limitsOf(job, global),
  }));

/** What is wrong with a job beside others and `global`, each with its place in the file. */
export const scrapeProblems = ({
  global,
  scrape_configs: jobs,
}: Scrapes): readonly {readonly path: readonly (string | number)[]; readonly message: string}[] => {
  const names = jobs.map(({job_name: name}) => name);
  return jobs.flatMap((job, index) => {
    const intervalMs = intervalOf(job, global);
    const timeoutMs = timeoutOf(job, global);
    const tooLong = `expected at most the scrape interval, ${formatDuration(intervalMs)}, found ${formatDuration(timeoutMs)}`;
    const again = `expected a name of its own, found "${job.job_name}" again`;
    return [
      ...(timeoutMs > intervalMs
        ? [{path: ['scrape_configs', index, 'scrape_timeout'], message: tooLong}]
        : []),
      ...(names.indexOf(job.job_name) < index
        ? [{path: ['scrape_configs', index, 'job_name'], message: again}]
        : []),
    ];
  });
};

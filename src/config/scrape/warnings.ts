import {type Path, valueAt, type Warn} from '../problem.ts';
import {unusedRelabelKeys} from '../unused-relabel-keys.ts';
import type {ScrapeConfig} from './scrape-config.ts';

interface Scrapes {
  readonly scrape_configs: readonly ScrapeConfig[];
  readonly remote_write: readonly unknown[];
  readonly pushgateway: readonly unknown[];
}

/** Why the keys have no effect, and the value with which each asks for nothing. */
const ineffective: Readonly<Record<string, {readonly because: string; readonly unless?: unknown}>> = {
  keep_dropped_targets: {because: 'targets that relabelling drops are not kept', unless: 0},
  scrape_failure_log_file: {because: 'failed scrapes are told in the log'},
  always_scrape_classic_histograms: {because: 'classic histograms are always scraped', unless: false},
  convert_classic_histograms_to_nhcb: {because: 'histograms stay as they are', unless: false},
  native_histogram_bucket_limit: {because: 'native histograms are not scraped', unless: 0},
  native_histogram_min_bucket_factor: {because: 'native histograms are not scraped', unless: 0},
  enable_http2: {because: 'requests are made by HTTP/1.1', unless: false},
  evaluation_interval: {because: 'there are no rules'},
  rule_query_offset: {because: 'there are no rules'},
  query_log_file: {because: 'there are no queries'},
};

const ofKeys = (root: unknown, path: Path, warn: Warn): readonly string[] => {
  const keys = Object.entries(ineffective).flatMap(([key, {because, unless}]) => {
    const value = valueAt(root, [...path, key]);
    return value === undefined || value === unless ? [] : [warn([...path, key], because)];
  });
  const protocols = valueAt(root, [...path, 'scrape_protocols']);
  const place = Array.isArray(protocols) ? protocols.indexOf('PrometheusProto') : -1;
  const ofProtobuf =
    place < 0 ? [] : [warn([...path, 'scrape_protocols', place], 'targets are asked for text formats only')];
  return [...keys, ...ofProtobuf];
};

/**
 * A line for each key of `global` and `scrape_configs` that was given and does nothing.
 * @param root what was read, of which `scrape_configs` came.
 */
export const scrapeWarnings = (
  root: unknown,
  {scrape_configs: jobs, remote_write: receivers, pushgateway: gateways}: Scrapes,
  warn: Warn,
): readonly string[] => {
  const ofRules = jobs.flatMap((job, index) =>
    (['relabel_configs', 'metric_relabel_configs'] as const).flatMap((list) =>
      unusedRelabelKeys(job[list], ['scrape_configs', index, list], warn),
    ),
  );
  const isForNobody = jobs.length > 0 && receivers.length === 0 && gateways.length === 0;
  const ofDestinations = isForNobody
    ? [warn(['scrape_configs'], 'no destination takes what is scraped')]
    : [];
  const ofJobs = jobs.flatMap((_, index) => ofKeys(root, ['scrape_configs', index], warn));
  return [...ofKeys(root, ['global'], warn), ...ofDestinations, ...ofJobs, ...ofRules];
};

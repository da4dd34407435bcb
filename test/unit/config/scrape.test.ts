import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ConfigError, loadConfig} from '../../../src/config/load.ts';
import type {ScrapeJob} from '../../../src/scrape/job.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

/** Loads a configuration without speed tests; places in messages are in `bridge.yaml`. */
const load = (text: string) => {
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  writeFileSync(join(folder, 'secret'), 'word');
  writeFileSync(file, `jobs: []\n${text}`);
  const shorten = (lines: readonly string[]) => lines.map((line) => line.replaceAll(file, 'bridge.yaml'));
  try {
    const config = loadConfig({file, flags: {}, env: {}});
    return {jobs: config.scrapeJobs, warnings: shorten(config.warnings), problems: []};
  } catch (error) {
    if (error instanceof ConfigError) return {jobs: [], warnings: [], problems: shorten(error.problems)};
    throw error;
  }
};
const problemsOf = (keys: string) => load(`scrape_configs: [{job_name: a, ${keys}}]`).problems;

// Every key of https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#scrape_config that can stand beside the
// others, in the documentation's order.
const documented = `global:
  scrape_interval: 15s
  scrape_timeout: 5s
  scrape_protocols: [OpenMetricsText1.0.0, PrometheusText0.0.4]
  evaluation_interval: 1m
  rule_query_offset: 0s
  external_labels: {cluster: home}
  query_log_file: log
  scrape_failure_log_file: log
  body_size_limit: 1MB
  sample_limit: 1000
  label_limit: 30
  label_name_length_limit: 200
  label_value_length_limit: 300
  target_limit: 10
  keep_dropped_targets: 5
  metric_name_validation_scheme: legacy
  metric_name_escaping_scheme: dots
  convert_classic_histograms_to_nhcb: true
  always_scrape_classic_histograms: true
scrape_configs:
- job_name: node
  scrape_interval: 30s
  scrape_timeout: 10s
  scrape_protocols: [PrometheusProto, PrometheusText0.0.4]
  fallback_scrape_protocol: PrometheusText0.0.4
  always_scrape_classic_histograms: false
  metrics_path: /probe
  honor_labels: true
  honor_timestamps: false
  track_timestamps_staleness: true
  scheme: https
  params: {module: [http_2xx], port: [80]}
  enable_compression: false
  scrape_failure_log_file: log
  basic_auth: {username: u, password_file: secret}
  follow_redirects: false
  enable_http2: true
  tls_config: {server_name: node.internal, insecure_skip_verify: true}
  proxy_url: http://proxy.example:3128
  no_proxy: internal
  proxy_from_environment: false
  proxy_connect_header: {X-Key: [one]}
  http_headers: {X-Values: {values: [a], secrets: [b], files: [secret]}}
  static_configs:
  - targets: ['a:9100', b]
    labels: {zone: 5}
  relabel_configs:
  - {source_labels: [__address__], target_label: address}
  metric_relabel_configs:
  - {source_labels: [__name__], regex: go_.*, action: drop, modulus: 2}
  body_size_limit: 0
  sample_limit: 0
  label_limit: 0
  label_name_length_limit: 1
  label_value_length_limit: 2
  target_limit: 3
  keep_dropped_targets: 0
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  native_histogram_bucket_limit: 160
  native_histogram_min_bucket_factor: 1.1
  convert_classic_histograms_to_nhcb: false
- {job_name: other, authorization: {credentials: word}}
`;

describe('a pasted block of prometheus.yml', () => {
  it('is taken with every key', () => {
    const {jobs, problems} = load(documented);
    expect(problems).toEqual([]);
    expect(jobs).toMatchObject([
      {
        name: 'node',
        intervalMs: 30_000,
        timeoutMs: 10_000,
        scheme: 'https',
        metricsPath: '/probe',
        params: {module: ['http_2xx'], port: ['80']},
        protocols: ['PrometheusText0.0.4'],
        fallbackProtocol: 'PrometheusText0.0.4',
        escaping: 'allow-utf-8',
        compression: false,
        honorLabels: true,
        honorTimestamps: false,
        trackTimestampsStaleness: true,
        http: {
          login: {kind: 'basic', username: 'u'},
          followRedirects: false,
          tls: {serverName: 'node.internal', insecureSkipVerify: true},
          proxy: {kind: 'fixed', noProxy: 'internal'},
        },
        groups: [{targets: ['a:9100', 'b'], labels: {zone: '5'}}],
        relabelRules: [{action: 'replace'}],
        metricRelabelRules: [{action: 'drop'}],
        externalLabels: {cluster: 'home'},
        limits: {
          bodyBytes: Infinity,
          samples: Infinity,
          labels: Infinity,
          labelNameBytes: 1,
          labelValueBytes: 2,
          targets: 3,
        },
      },
      {
        name: 'other',
        intervalMs: 15_000,
        timeoutMs: 5000,
        protocols: ['OpenMetricsText1.0.0', 'PrometheusText0.0.4'],
        escaping: 'dots',
        limits: {
          bodyBytes: 2 ** 20,
          samples: 1000,
          labels: 30,
          labelNameBytes: 200,
          labelValueBytes: 300,
          targets: 10,
        },
      },
    ]);
  });

  it('has a warning for each key that does nothing', () => {
    const {warnings} = load(documented);
    const keys = warnings.map(
      (warning) => /^bridge\.yaml:\d+:\d+: (\S+): has no effect: /.exec(warning)?.[1],
    );
    expect(keys).toEqual([
      'global.keep_dropped_targets',
      'global.scrape_failure_log_file',
      'global.always_scrape_classic_histograms',
      'global.convert_classic_histograms_to_nhcb',
      'global.evaluation_interval',
      'global.rule_query_offset',
      'global.query_log_file',
      'scrape_configs',
      'scrape_configs[0].scrape_failure_log_file',
      'scrape_configs[0].native_histogram_bucket_limit',
      'scrape_configs[0].native_histogram_min_bucket_factor',
      'scrape_configs[0].enable_http2',
      'scrape_configs[0].scrape_protocols[0]',
      'scrape_configs[0].metric_relabel_configs[0].modulus',
    ]);
  });
});

it('has a warning where no destination takes what is scraped', () => {
  const warningsOf = (destinations: string) =>
    load(`scrape_configs: [{job_name: a}]\n${destinations}`).warnings;
  expect(warningsOf('')).toEqual([
    'bridge.yaml:2:17: scrape_configs: has no effect: no destination takes what is scraped',
  ]);
  expect(warningsOf('remote_write: [{url: "http://mimir.example"}]')).toEqual([]);
  expect(warningsOf('pushgateway: [{url: "http://gateway.example"}]')).toEqual([]);
});

it("has Prometheus' defaults", () => {
  const [job] = load('scrape_configs: [{job_name: a}]').jobs;
  expect(job).toEqual<ScrapeJob>({
    name: 'a',
    fingerprint: expect.any(String),
    intervalMs: 60_000,
    timeoutMs: 10_000,
    scheme: 'http',
    metricsPath: '/metrics',
    params: {},
    protocols: ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'],
    escaping: 'allow-utf-8',
    compression: true,
    honorLabels: false,
    honorTimestamps: true,
    trackTimestampsStaleness: false,
    http: {headers: {}, followRedirects: true},
    groups: [],
    relabelRules: [],
    metricRelabelRules: [],
    externalLabels: {},
    limits: {
      bodyBytes: Infinity,
      samples: Infinity,
      labels: Infinity,
      labelNameBytes: Infinity,
      labelValueBytes: Infinity,
      targets: Infinity,
    },
  });
});

it('takes the interval as timeout where that is shorter than the default', () => {
  expect(load('scrape_configs: [{job_name: a, scrape_interval: 5s}]').jobs[0]?.timeoutMs).toBe(5000);
});

it.each([
  ['scrape_configs: [{job_name: a, OAUTH2}]', 10_000],
  ['scrape_configs: [{job_name: a, scrape_timeout: 20s, OAUTH2}]', 20_000],
  ['scrape_configs: [{job_name: a, scrape_interval: 5s, OAUTH2}]', 5000],
  ['global: {scrape_timeout: 30s}\nscrape_configs: [{job_name: a, OAUTH2}]', 30_000],
])('gives a request of a token as long as a scrape: %s', (text, timeoutMs) => {
  const {jobs} = load(text.replace('OAUTH2', 'oauth2: {client_id: c, token_url: "http://t"}'));
  expect(jobs).toMatchObject([{timeoutMs, http: {login: {kind: 'oauth2', http: {timeoutMs}}}}]);
});

it('asks for underscores where names are to be validated as they were', () => {
  const [job] = load('global: {metric_name_validation_scheme: legacy}\nscrape_configs: [{job_name: a}]').jobs;
  expect(job?.escaping).toBe('underscores');
});

const place = 'bridge.yaml:2:';
it.each([
  [
    'kubernetes_sd_configs: [{role: node}]',
    'kubernetes_sd_configs: not supported: name the targets in static_configs',
  ],
  ['file_sd_configs: []', 'file_sd_configs: not supported: name the targets in static_configs'],
  ['sigv4: {}', 'sigv4: unknown key'],
  ['scrape_protocols: [PrometheusProto]', 'scrape_protocols: expected at least one text format'],
  [
    'scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]',
    'scrape_protocols: expected each of the formats once',
  ],
  [
    'fallback_scrape_protocol: PrometheusProto',
    'fallback_scrape_protocol: expected one of OpenMetricsText1.0.0,',
  ],
  ['scrape_timeout: 2m', 'scrape_timeout: expected at most the scrape interval, 1m, found 2m'],
  [
    'body_size_limit: 5',
    'body_size_limit: expected an amount of data such as 512KB or 100MB, or 0 for no limit',
  ],
  ['sample_limit: -1', 'sample_limit: expected at least 0, found -1'],
  ['params: {token: hunter2}', 'params.token: expected a list, found <secret>'],
  ['params: token=hunter2', 'params: expected a group of keys, found <secret>'],
  [
    'basic_auth: {username: u}, authorization: {credentials: c}',
    'expected at most one of basic_auth and authorization',
  ],
])('refuses %s', (keys, problem) => {
  const [first = '', ...others] = problemsOf(keys);
  expect(first.startsWith(place)).toBe(true);
  expect(first).toContain(problem);
  expect(others).toEqual([]);
});

it('wants a name for each job, and none twice', () => {
  expect(load('scrape_configs: [{job_name: a}, {job_name: a}, {}]').problems).toEqual([
    'bridge.yaml:2:48: scrape_configs[2].job_name: expected a text, found nothing',
  ]);
  expect(load('scrape_configs: [{job_name: a}, {job_name: a}]').problems).toEqual([
    'bridge.yaml:2:44: scrape_configs[1].job_name: expected a name of its own, found "a" again',
  ]);
});

import type {RelabelRule} from '../../../../src/relabel/rule.ts';
import {relabelConfigs} from '../../../../src/relabel/schema.ts';
import type {Block} from '../../../../src/scrape/block.ts';
import {type ScrapeJob, textProtocols} from '../../../../src/scrape/job.ts';

export const rules = (...given: readonly object[]): readonly RelabelRule[] => relabelConfigs.parse(given);

export const noLimits: ScrapeJob['limits'] = {
  bodyBytes: Infinity,
  samples: Infinity,
  labels: Infinity,
  labelNameBytes: Infinity,
  labelValueBytes: Infinity,
  targets: Infinity,
};

/** A job with Prometheus' defaults, but for what is given. */
export const jobWith = (given: Partial<ScrapeJob> = {}): ScrapeJob => ({
  name: 'node',
  fingerprint: '',
  intervalMs: 60_000,
  timeoutMs: 10_000,
  scheme: 'http',
  metricsPath: '/metrics',
  params: {},
  protocols: textProtocols,
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
  limits: noLimits,
  ...given,
});

const staleMarker = 0x7ff0000000000002n;

/** The samples of a block by the texts of their series, `stale` for those that end. */
export const readBlock = ({layout, values}: Block): Readonly<Record<string, number | 'stale'>> => {
  const bits = new BigUint64Array(values.buffer);
  return Object.fromEntries(
    Array.from({length: layout.size}, (_, index) => {
      const {__name__: name, ...labels} = Object.fromEntries(layout.seriesAt(index).labels);
      const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return [`${name}{${text}}`, bits[index] === staleMarker ? 'stale' : (values[index] ?? Number.NaN)];
    }),
  );
};

import type {HttpSettings} from '../delivery/http/settings.ts';
import type {RelabelRule} from '../relabel/rule.ts';

/** What a target can be asked for, by the names of prometheus.yml. */
export const textProtocols = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;
export type TextProtocol = (typeof textProtocols)[number];

/** What a scrape that goes beyond makes a failed one; Infinity where there is no such limit. */
export interface ScrapeLimits {
  /** Of the page, decompressed. */
  readonly bodyBytes: number;
  /** After metric relabelling. */
  readonly samples: number;
  /** Of each series, `__name__` included; lengths in bytes. */
  readonly labels: number;
  readonly labelNameBytes: number;
  readonly labelValueBytes: number;
  /** Of the job; with more, none of them is scraped. */
  readonly targets: number;
}

/** A job of `scrape_configs`. */
export interface ScrapeJob {
  readonly name: string;
  /** Equal for as long as nothing of the job but its targets is another. */
  readonly fingerprint: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly scheme: 'http' | 'https';
  readonly metricsPath: string;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly protocols: readonly TextProtocol[];
  /** How a page without a known Content-Type is read; where absent, it is refused. */
  readonly fallbackProtocol?: TextProtocol;
  /** How names that are not of letters, digits and underscores are to be written. */
  readonly escaping: 'allow-utf-8' | 'underscores' | 'dots' | 'values';
  readonly compression: boolean;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly http: Omit<HttpSettings, 'url' | 'timeoutMs'>;
  readonly groups: readonly {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly relabelRules: readonly RelabelRule[];
  readonly metricRelabelRules: readonly RelabelRule[];
  /** Of all series that do not have them, at the very end. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly limits: ScrapeLimits;
}

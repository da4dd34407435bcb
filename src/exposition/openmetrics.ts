import type {Sample} from '../metrics/sample.ts';
import {escapeQuoted, formatLabels, formatValue} from './format.ts';

/** Media type of OpenMetrics 1.0, for `Content-Type`. */
export const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** A sample, at its time where it has one. */
export interface TimedSample extends Sample {
  /** Unix milliseconds. */
  readonly timestampMs?: number;
}

interface Family {
  readonly type: 'gauge' | 'info';
  readonly help: string;
  readonly unit: string | undefined;
  /** The lines of each series, by its labels. */
  readonly series: Map<string, string[]>;
}

/** The family of an info metric is called as its samples are, without the suffix of theirs. "Suffixes" */
const familyName = (name: string, {type}: Family): string =>
  type === 'info' ? name.replace(/_info$/, '') : name;

const formatFamily = (sampleName: string, family: Family): string => {
  const {type, help, unit, series} = family;
  const name = familyName(sampleName, family);
  const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`;
  const lines = [...series.values()].flat().join('');
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeQuoted(help)}\n${lines}`;
};

const formatTimestamp = (timestampMs: number | undefined): string =>
  timestampMs === undefined ? '' : ` ${(timestampMs / 1000).toFixed(3)}`;

/**
 * Writes samples in OpenMetrics 1.0, as gauges and info metrics: to be scraped, or with timestamps for
 * `promtool tsdb create-blocks-from openmetrics`. As the format demands, the samples of a family, and within it those
 * of a series, come together; a series' samples keep the order given, which must be that of their times.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/ "Text format"
 */
export const encodeOpenMetrics = (samples: Iterable<TimedSample>): string => {
  const families = new Map<string, Family>();
  for (const {name, type = 'gauge', help, unit, labels, value, timestampMs} of samples) {
    const family = families.get(name) ?? {type, help, unit, series: new Map<string, string[]>()};
    families.set(name, family);
    const key = formatLabels(labels);
    const lines = family.series.get(key) ?? [];
    family.series.set(key, lines);
    lines.push(`${name}${key} ${formatValue(value)}${formatTimestamp(timestampMs)}\n`);
  }
  const texts = [...families].map(([name, family]) => formatFamily(name, family));
  return `${texts.join('')}# EOF\n`;
};

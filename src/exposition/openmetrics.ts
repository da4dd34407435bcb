import type {Sample} from '../metrics/sample.ts';
import {escapeQuoted, formatLabels, formatValue} from './format.ts';

/** Media type of OpenMetrics 1.0, for `Content-Type`. */
export const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** A sample, at its time where it has one. */
export interface TimedSample extends Sample {
  /** Unix milliseconds. */
  readonly timestampMs?: number;
}

export interface DatedSample extends TimedSample {
  readonly timestampMs: number;
}

interface Family {
  readonly head: string;
  /** The lines of each series, by its labels. */
  readonly series: Map<string, string[]>;
}

const formatTimestamp = (timestampMs: number | undefined): string =>
  timestampMs === undefined ? '' : ` ${(timestampMs / 1000).toFixed(3)}`;

/**
 * The lines that come before a family's samples. The family of an info metric is called as its samples are, without the
 * suffix of theirs ("Suffixes").
 */
export const familyHead = ({
  name,
  type,
  help,
  unit,
}: Pick<Sample, 'name' | 'type' | 'help' | 'unit'>): string => {
  const family = type === 'info' ? name.replace(/_info$/, '') : name;
  const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`;
  return `# TYPE ${family} ${type ?? 'gauge'}\n${unitLine}# HELP ${family} ${escapeQuoted(help)}\n`;
};

/** One sample's line. `labels` is what `formatLabels` gives. */
export const sampleLine = (
  name: string,
  labels: string,
  value: number,
  timestampMs: number | undefined,
): string => `${name}${labels} ${formatValue(value)}${formatTimestamp(timestampMs)}\n`;

/**
 * Writes samples in OpenMetrics 1.0, as gauges and info metrics: to be scraped, or with timestamps for
 * `promtool tsdb create-blocks-from openmetrics`. As the format demands, the samples of a family, and within it those
 * of a series, come together; a series' samples keep the order given, which must be that of their times.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/ "Text format"
 */
export const encodeOpenMetrics = (samples: Iterable<TimedSample>): string => {
  const families = new Map<string, Family>();
  for (const sample of samples) {
    const {name, labels, value, timestampMs} = sample;
    const family = families.get(name) ?? {head: familyHead(sample), series: new Map<string, string[]>()};
    families.set(name, family);
    const key = formatLabels(labels);
    const lines = family.series.get(key) ?? [];
    family.series.set(key, lines);
    lines.push(sampleLine(name, key, value, timestampMs));
  }
  const texts = [...families.values()].map(
    ({head, series}) => `${head}${[...series.values()].flat().join('')}`,
  );
  return `${texts.join('')}# EOF\n`;
};

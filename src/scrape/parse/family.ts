import {LabelEditor} from '../../relabel/label-editor.ts';
import type {Family, MetricType} from '../block.ts';
import {formatLabelFloat, parseFloat64} from './float.ts';
import type {ExposedSeries} from './series-text.ts';

/** What the names of a family's samples may have behind its own. */
const suffixes: Readonly<Record<MetricType, readonly string[]>> = {
  unknown: [],
  counter: ['_total', '_created'],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
  summary: ['_sum', '_count', '_created'],
  info: ['_info'],
  stateset: [],
};

/** Whether a series is of a family, by their names and the family's type: OpenMetrics 1.0, "Suffixes". */
export const isOfFamily = (seriesName: string, {name, type}: Family): boolean =>
  seriesName === name ||
  (seriesName.startsWith(name) && suffixes[type].includes(seriesName.slice(name.length)));

/** The label that tells a family's series apart by a number: a bucket's bound, or a quantile. */
const boundLabel: Readonly<Partial<Record<MetricType, string>>> = {histogram: 'le', summary: 'quantile'};

/** The series with its bucket's bound or its quantile in the one form that Prometheus 3 gives them. */
export const withUniformBound = (series: ExposedSeries, type: MetricType): ExposedSeries => {
  const bound = boundLabel[type];
  if (bound === undefined || !series.labels.some(([name]) => name === bound)) return series;
  const labels = series.labels.map(([name, value]) => {
    const number = name === bound ? parseFloat64(value) : undefined;
    return [name, number === undefined ? value : formatLabelFloat(number)] as const;
  });
  return {...series, labels};
};

/** How a series of a family has to do with the time since which its values count: OpenMetrics 1.0, `_created`. */
export interface Creation {
  /** Equal for the series that have one such time together: the family's name, and labels. */
  readonly group: readonly string[];
  /** Whether this is the series that tells the time. */
  readonly isTime: boolean;
}

/** Undefined for a series that has no such time, as one of a gauge. */
export const creationOf = ({name, labels}: ExposedSeries, family: Family): Creation | undefined => {
  if (!suffixes[family.type].includes('_created') || !isOfFamily(name, family)) return undefined;
  const bound = boundLabel[family.type];
  const others = new LabelEditor(labels.filter(([label]) => label !== bound)).finish();
  return {group: [family.name, ...others.flat()], isTime: name === `${family.name}_created`};
};

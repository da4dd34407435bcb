import type {Labels} from '../metrics/sample.ts';
import type {Family} from '../scrape/block.ts';
import {escapeHelp, escapeQuoted, formatValue} from './format.ts';

/** A scraped sample; `__name__` is among its labels. */
export interface ScrapedSample {
  readonly labels: Labels;
  readonly family: Family;
  readonly value: number;
}

/** The types of the text format 0.0.4. */
type TextType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

/** The suffixes of what belongs to a family of several series. */
const suffixes = {histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count']} as const;

/**
 * The family of a series in the text format, which knows fewer types than OpenMetrics and calls a counter's family as its
 * samples: what has no type there is a gauge or untyped, as it was meant.
 */
const textFamily = (name: string, {name: family, type}: Family): readonly [name: string, type: TextType] => {
  switch (type) {
    case 'histogram':
    case 'summary':
      if (suffixes[type].some((suffix) => name === family + suffix)) return [family, type];
      return [name, name === `${family}_created` ? 'gauge' : 'untyped'];
    case 'counter':
      return [name, name === `${family}_created` ? 'gauge' : 'counter'];
    case 'gauge':
    case 'info':
    case 'stateset':
      return [name, 'gauge'];
    case 'gaugehistogram':
    case 'unknown':
      return [name, 'untyped'];
    default:
      return type satisfies never;
  }
};

// Prometheus 3's form for names of any characters: https://prometheus.io/docs/guides/utf8/
const plainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const quoted = (name: string): string => (plainName.test(name) ? name : `"${escapeQuoted(name)}"`);

const seriesText = (name: string, labels: Labels): string => {
  const pairs = labels
    .filter(([label]) => label !== '__name__')
    .map(([label, value]) => `${quoted(label)}="${escapeQuoted(value)}"`);
  if (!plainName.test(name)) return `{${[quoted(name), ...pairs].join(',')}}`;
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
};

/**
 * Writes scraped samples in Prometheus' text format 0.0.4, without timestamps: all of a family together, families in the
 * order in which they are first seen, each with its first sample's help and type.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/ "Text format details"
 */
export const encodeScraped = (samples: Iterable<ScrapedSample>): string => {
  const families = new Map<string, string[]>();
  for (const {labels, family, value} of samples) {
    const [, name = ''] = labels.find(([label]) => label === '__name__') ?? [];
    const [text, type] = textFamily(name, family);
    const help = family.help === '' ? '' : `# HELP ${quoted(text)} ${escapeHelp(family.help)}\n`;
    const lines = families.get(text) ?? [`${help}# TYPE ${quoted(text)} ${type}\n`];
    families.set(text, lines);
    lines.push(`${seriesText(name, labels)} ${formatValue(value)}\n`);
  }
  return [...families.values()].flat().join('');
};

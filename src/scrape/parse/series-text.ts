import type {Labels} from '../../metrics/sample.ts';
import type {Cursor} from './cursor.ts';

/** The syntax of a page: the text format 0.0.4 (1.0.0 is the same to a reader), or OpenMetrics. */
export type PageFormat = 'text' | 'openmetrics';

/** A series as a page writes it. */
export interface ExposedSeries {
  readonly name: string;
  /** In the page's order; values may be empty. */
  readonly labels: Labels;
}

const comma = 0x2c;
const equals = 0x3d;
const braceOpen = 0x7b;
const braceClose = 0x7d;

interface BracedLabels {
  /** The metric's name, which may stand among the labels in quotes. */
  readonly name: string | undefined;
  readonly labels: Labels;
}

/**
 * Labels up to their closing brace; the opening one is behind. Commas may trail. The text format takes blanks anywhere,
 * and labels without a comma in between, as Prometheus does.
 */
export const takeLabels = (cursor: Cursor, format: PageFormat): BracedLabels => {
  const isText = format === 'text';
  const labels: [string, string][] = [];
  const names = new Set<string>();
  let name: string | undefined;
  const skipBlanks = (): void => {
    if (isText) cursor.skipBlanks();
  };
  for (skipBlanks(); !cursor.skip(braceClose); skipBlanks()) {
    const start = cursor.at;
    const bare = cursor.takeName(false);
    const key = bare ?? cursor.takeQuoted(!isText);
    if (key === undefined) throw cursor.error('expected a label name');
    if (key === '') throw cursor.error('expected a name that is not empty', start);
    skipBlanks();
    const isMetricName = bare === undefined && (cursor.peek() === comma || cursor.peek() === braceClose);
    if (isMetricName) {
      if (name !== undefined) throw cursor.error('a second metric name', start);
      name = key;
    } else {
      if (!cursor.skip(equals)) throw cursor.error('expected = behind the label name');
      skipBlanks();
      const value = cursor.takeQuoted(!isText);
      if (value === undefined) throw cursor.error('expected a label value in double quotes');
      if (key === '__name__' || names.has(key)) {
        throw cursor.error(`the label ${JSON.stringify(key)} is there twice`, start);
      }
      names.add(key);
      labels.push([key, value]);
      skipBlanks();
    }
    if (cursor.skip(comma)) continue;
    if (!isText && cursor.peek() !== braceClose) throw cursor.error('expected a comma or a closing brace');
  }
  return {name, labels};
};

/**
 * Reads a series at the beginning of a line, and moves to its value: over one space in OpenMetrics, over blanks in the
 * text format, where Prometheus would even take `a+1` for the series `a`, without any. Names may be any UTF-8 in
 * quotes, `{"metric.name", "label.name"="value"}`, as Prometheus 3 writes them. Throws a `PageError`.
 */
export const takeSeries = (cursor: Cursor, format: PageFormat): ExposedSeries => {
  const isText = format === 'text';
  if (isText) cursor.skipBlanks();
  const start = cursor.at;
  const bare = cursor.takeName(true);
  const bareEnd = cursor.at;
  if (isText) cursor.skipBlanks();
  const braced = cursor.skip(braceOpen) ? takeLabels(cursor, format) : {name: undefined, labels: []};
  if (bare !== undefined && braced.name !== undefined) throw cursor.error('a second metric name', start);
  const name = bare ?? braced.name;
  if (name === undefined) throw cursor.error('expected a metric name', start);
  if (isText) cursor.skipBlanks();
  // Behind a closing brace the text format needs no blank.
  const isSeparated = isText ? cursor.at > bareEnd : cursor.skip(0x20);
  if (!isSeparated) throw cursor.error('expected a value behind the series');
  return {name, labels: braced.labels};
};

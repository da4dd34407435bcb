import {type Family, type MetricType, metricTypes} from '../block.ts';
import type {Cursor} from './cursor.ts';
import type {PageFormat} from './series-text.ts';

/** What one line says of a family. */
export type FamilyLine = Pick<Family, 'name'> & Partial<Family>;

const textTypes: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
]);

const openMetricsTypes: ReadonlyMap<string, MetricType> = new Map(metricTypes.map((type) => [type, type]));

const unescapeHelp = (text: string, format: PageFormat): string =>
  text.replace(format === 'text' ? /\\([\\n])/g : /\\(["\\n])/g, (_, char) => (char === 'n' ? '\n' : char));

const takeName = (cursor: Cursor, keyword: string, format: PageFormat): string => {
  const name = cursor.takeName(true) ?? cursor.takeQuoted(format === 'openmetrics');
  if (name === undefined || name === '') throw cursor.error(`expected a metric name behind ${keyword}`);
  return name;
};

/** The text behind a family's name, up to the end of the line. */
const takeText = (cursor: Cursor, keyword: string, format: PageFormat): string => {
  const isSeparated = cursor.skip(0x20) || (format === 'text' && cursor.skip(0x09));
  const mayBeNothing = format === 'text' && cursor.peek() === 0x0a;
  const text = isSeparated || mayBeNothing ? cursor.takeLine() : undefined;
  if (text === undefined) throw cursor.error(`expected a text behind the name in ${keyword}`);
  return text;
};

const takeFamily = (cursor: Cursor, keyword: 'HELP' | 'TYPE' | 'UNIT', format: PageFormat): FamilyLine => {
  const start = cursor.at;
  const name = takeName(cursor, keyword, format);
  const text = takeText(cursor, keyword, format);
  if (keyword === 'HELP') return {name, help: unescapeHelp(text, format)};
  if (keyword === 'TYPE') {
    const type = (format === 'text' ? textTypes : openMetricsTypes).get(text);
    if (type === undefined) throw cursor.error(`unknown metric type ${JSON.stringify(text)}`, start);
    return {name, type};
  }
  if (text !== '' && !name.endsWith(`_${text}`)) {
    throw cursor.error(`the unit ${JSON.stringify(text)} is not the end of the name ${name}`, start);
  }
  return {name, unit: text};
};

/** Skips a comment of the text format, of which any may be there. */
const skipComment = (cursor: Cursor): undefined => {
  const end = cursor.page.indexOf(0x0a, cursor.at);
  cursor.at = end < 0 ? cursor.page.length : end + 1;
  return undefined;
};

const takeTextLine = (cursor: Cursor): FamilyLine | undefined => {
  cursor.skip(0x23);
  const hash = cursor.at;
  cursor.skipBlanks();
  if (cursor.at === hash) return skipComment(cursor);
  for (const keyword of ['HELP', 'TYPE'] as const) {
    if (!cursor.skipText(keyword)) continue;
    const end = cursor.at;
    cursor.skipBlanks();
    return cursor.at === end ? skipComment(cursor) : takeFamily(cursor, keyword, 'text');
  }
  return skipComment(cursor);
};

/**
 * Reads a line that begins with `#`, save OpenMetrics' last one, and moves behind it. Gives undefined for other
 * comments, which only the text format has. Throws a `PageError`.
 */
export const takeFamilyLine = (cursor: Cursor, format: PageFormat): FamilyLine | undefined => {
  if (format === 'text') return takeTextLine(cursor);
  for (const keyword of ['HELP', 'TYPE', 'UNIT'] as const) {
    if (cursor.skipText(`# ${keyword} `)) return takeFamily(cursor, keyword, 'openmetrics');
  }
  throw cursor.error('expected # HELP, # TYPE, # UNIT or # EOF');
};

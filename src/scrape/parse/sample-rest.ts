import type {Labels} from '../../metrics/sample.ts';
import {LabelEditor} from '../../relabel/label-editor.ts';
import type {Cursor} from './cursor.ts';
import {FloatReader} from './float-reader.ts';
import {type PageFormat, takeLabels} from './series-text.ts';

/** An exemplar of a page. */
export interface ExposedExemplar {
  /** Sorted by name, none empty. */
  readonly labels: Labels;
  readonly value: number;
  /** Unix milliseconds. */
  readonly timestampMs?: number;
}

/** What stands behind a sample's value. */
export interface SampleRest {
  /** Unix milliseconds. */
  readonly timestampMs?: number;
  readonly exemplar?: ExposedExemplar;
}

const none: SampleRest = {};
const newline = 0x0a;
const reader = new FloatReader();

/** Whole digits, as Prometheus has it: no time before 1970. */
const takeMilliseconds = (cursor: Cursor): number => {
  const start = cursor.at;
  while (cursor.peek() >= 0x30 && cursor.peek() <= 0x39) cursor.at += 1;
  const milliseconds = Number.parseInt(cursor.page.toString('latin1', start, cursor.at), 10);
  if (Number.isSafeInteger(milliseconds)) return milliseconds;
  throw cursor.error('expected a timestamp in whole milliseconds', start);
};

const takeFloat = (cursor: Cursor, expected: string): number => {
  const start = cursor.at;
  const value = reader.read(cursor.page, start);
  if (value === undefined || reader.end === start) throw cursor.error(`expected ${expected}`, start);
  cursor.at = reader.end;
  return value;
};

/** Seconds as milliseconds, cut rather than rounded, as Prometheus does. */
const takeSeconds = (cursor: Cursor): number => {
  const start = cursor.at;
  const milliseconds = Math.trunc(takeFloat(cursor, 'a timestamp in seconds') * 1000);
  if (Number.isSafeInteger(milliseconds)) return milliseconds;
  throw cursor.error('expected a timestamp in seconds', start);
};

const takeExemplar = (cursor: Cursor): ExposedExemplar => {
  const {name, labels: given} = takeLabels(cursor, 'openmetrics');
  if (name !== undefined) throw cursor.error('expected a label name');
  const labels = new LabelEditor(given).finish();
  if (!cursor.skip(0x20)) throw cursor.error("expected a value behind an exemplar's labels");
  const value = takeFloat(cursor, 'a value');
  return cursor.skip(0x20) ? {labels, value, timestampMs: takeSeconds(cursor)} : {labels, value};
};

const takeOpenMetricsRest = (cursor: Cursor): SampleRest => {
  const hasTimestamp = cursor.page[cursor.at + 1] !== 0x23 && cursor.skip(0x20);
  const timestampMs = hasTimestamp ? takeSeconds(cursor) : undefined;
  const exemplar = cursor.skipText(' # {') ? takeExemplar(cursor) : undefined;
  return {...(timestampMs !== undefined && {timestampMs}), ...(exemplar && {exemplar})};
};

/** Reads a line from behind its value to its end, and moves over its line feed. Throws a `PageError`. */
export const takeSampleRest = (cursor: Cursor, format: PageFormat): SampleRest => {
  let rest = none;
  if (format === 'openmetrics') {
    rest = takeOpenMetricsRest(cursor);
  } else {
    cursor.skipBlanks();
    if (cursor.peek() !== newline) rest = {timestampMs: takeMilliseconds(cursor)};
    cursor.skipBlanks();
  }
  if (!cursor.skip(newline)) throw cursor.error('expected the end of the line');
  return rest;
};

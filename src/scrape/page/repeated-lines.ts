import {Cursor} from '../parse/cursor.ts';
import {FloatReader} from '../parse/float-reader.ts';
import {takeSampleRest} from '../parse/sample-rest.ts';
import type {PageFormat} from '../parse/series-text.ts';
import {type LineTable, noSample} from './line-table.ts';
import type {SampleValues} from './sample-values.ts';

/** How a page's samples are read. */
export interface SampleSettings {
  readonly format: PageFormat;
  /** Whether the page's timestamps count. */
  readonly honorTimestamps: boolean;
  readonly exemplars: boolean;
}

/** A page that is being read, beside the last one. */
export interface RepeatedPage {
  readonly last: Buffer;
  readonly lines: LineTable;
  readonly page: Buffer;
  readonly values: SampleValues;
  /** Where the lines begin in `page`; filled in. */
  readonly starts: Uint32Array;
}

const newline = 0x0a;
const float = new FloatReader();

/** Reads a line from behind its value on, for what few lines have: a timestamp or an exemplar. Gives where it ends. */
export const readRest = (
  page: Buffer,
  at: number,
  place: number,
  values: SampleValues,
  {format, honorTimestamps, exemplars}: SampleSettings,
): number => {
  const cursor = new Cursor(page, at);
  const {timestampMs, exemplar} = takeSampleRest(cursor, format);
  if (place >= 0 && timestampMs !== undefined && honorTimestamps) values.setTimestamp(place, timestampMs);
  if (place >= 0 && exemplar !== undefined && exemplars) values.addExemplar(place, exemplar);
  return cursor.at;
};

/** Whether two ranges hold the same bytes. For some 80 bytes it is faster than the call of Buffer.compare alone. */
const areSame = (a: DataView, atA: number, b: DataView, atB: number, length: number): boolean => {
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (a.getInt32(atA + index) !== b.getInt32(atB + index)) return false;
  }
  for (; index < length; index += 1) {
    if (a.getUint8(atA + index) !== b.getUint8(atB + index)) return false;
  }
  return true;
};

const viewOf = ({buffer, byteOffset, length}: Buffer): DataView => new DataView(buffer, byteOffset, length);

/**
 * Reads lines whose heads are those of the last page in the same order, which is nearly all of what there is to read:
 * of each only the value. Begins with line `from` at the byte `at`, and stops before line `to` or the first one that
 * differs; tells how far it came. Throws a `PageError` where a timestamp or an exemplar can't be read.
 */
export const readRepeatedLines = (
  {last, lines, page, values, starts}: RepeatedPage,
  {from, at, to}: {readonly from: number; readonly at: number; readonly to: number},
  settings: SampleSettings,
): {readonly line: number; readonly at: number} => {
  const {starts: lastStarts, headBytes, places} = lines;
  const view = viewOf(page);
  const lastView = viewOf(last);
  const end = Math.min(to, lines.count);
  let line = from;
  let byte = at;
  for (; line < end; line += 1) {
    const length = headBytes[line] ?? 0;
    if (byte + length > page.length) break;
    if (!areSame(view, byte, lastView, lastStarts[line] ?? 0, length)) break;
    const place = places[line] ?? noSample;
    starts[line] = byte;
    if (place === noSample) {
      byte += length;
      continue;
    }
    const value = float.read(page, byte + length);
    if (value === undefined) break;
    if (place >= 0) values.set(place, value);
    byte = page[float.end] === newline ? float.end + 1 : readRest(page, float.end, place, values, settings);
  }
  return {line, at: byte};
};

import type {ByteWriter} from '../byte-writer.ts';
import {normalNaN, staleNaN} from '../metrics/nan-bits.ts';
import type {SentExemplar, TimeSeries, Value} from './series.ts';

/** A field's tag on the wire, its number and its wire type: https://protobuf.dev/programming-guides/encoding/#structure */
export const delimited = (field: number): number => (field << 3) | 2;
export const fixed64 = (field: number): number => (field << 3) | 1;
export const varint = (field: number): number => field << 3;

const tag = {value: fixed64(1), timestamp: varint(2), startTimestamp: varint(3)} as const;

/** Of a sample as a field of its series: its tag and length, and behind a tag each a double and two int64. */
const mostBytes = 1 + 1 + 1 + 8 + 1 + 10 + 1 + 10;

const writeValue = (view: DataView, at: number, value: Value): void => {
  if (value === 'stale') view.setBigUint64(at, staleNaN, true);
  else if (Number.isNaN(value)) view.setBigUint64(at, normalNaN, true);
  else view.setFloat64(at, value, true);
};

/** Writes a whole number as an int64. Returns the place behind it. */
const writeInt64 = (bytes: Uint8Array, at: number, value: number): number => {
  // Two's complement, in two halves: 53 bits are more than a bitwise operation takes.
  let low = value >>> 0;
  let high = Math.floor(value / 2 ** 32) >>> 0;
  let end = at;
  while (high > 0 || low > 0x7f) {
    bytes[end] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
    end += 1;
  }
  bytes[end] = low;
  return end + 1;
};

/**
 * Writes a series' points as messages Sample, which are the same in both versions, each behind a tag and its length.
 * @param field the tag, of one byte.
 * @param startMs the time from which they count, Unix milliseconds; version 1.0 has no field for that.
 */
export const writeSamples = (
  writer: ByteWriter,
  field: number,
  {values, timestampsMs}: TimeSeries,
  startMs?: number,
): void => {
  writer.place(values.length * mostBytes, (bytes, view, from) => {
    let at = from;
    for (let index = 0; index < values.length; index += 1) {
      const start = at + 2;
      bytes[at] = field;
      bytes[start] = tag.value;
      writeValue(view, start + 1, values[index] ?? 0);
      bytes[start + 9] = tag.timestamp;
      let end = writeInt64(bytes, start + 10, timestampsMs[index] ?? 0);
      if (startMs !== undefined) {
        bytes[end] = tag.startTimestamp;
        // 0 would mean that there is none: remote write 2.0, "Samples and Histogram Samples".
        end = writeInt64(bytes, end + 1, startMs === 0 ? 1 : startMs);
      }
      bytes[at + 1] = end - start;
      at = end;
    }
    return at;
  });
};

/** The fields of both versions' message Exemplar beside its labels. */
const exemplarTag = {value: fixed64(2), timestamp: varint(3)} as const;

/** Writes an exemplar's value and time. */
export const writeExemplarPoint = (writer: ByteWriter, {value, timestampMs}: SentExemplar): void => {
  writer.place(1 + 8 + 1 + 10, (bytes, view, at) => {
    bytes[at] = exemplarTag.value;
    writeValue(view, at + 1, value);
    bytes[at + 9] = exemplarTag.timestamp;
    return writeInt64(bytes, at + 10, timestampMs);
  });
};

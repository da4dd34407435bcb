import {deserialize, serialize} from 'node:v8';
import {z} from 'zod';
import {UnreadableRowError} from '../journal/fault.ts';
import type {Exemplar} from '../scrape/block.ts';

const exemplars = z.array(
  z.object({
    index: z.int(),
    labels: z.array(z.tuple([z.string(), z.string()])),
    value: z.custom<number>((value) => typeof value === 'number'), // NaN too
    timestampMs: z.number().optional(),
  }),
);

/** A column as it is stored: its float64s as they are in memory. */
export const bytesOf = (column: Float64Array | undefined): Uint8Array | null =>
  column === undefined ? null : new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** The column of a block of so many series. Throws an `UnreadableRowError`. */
export const floatsOf = (column: unknown, size: number): Float64Array => {
  if (!(column instanceof Uint8Array) || column.length !== size * 8)
    throw new UnreadableRowError(`journal: a block of ${size} series has a column that is not as long`);
  const {buffer, byteOffset} = column;
  // Copied where it begins at a place where no float64 may.
  return byteOffset % 8 === 0
    ? new Float64Array(buffer, byteOffset, size)
    : new Float64Array(Uint8Array.from(column).buffer);
};

/** Exemplars as they are stored. */
export const bytesOfExemplars = (given: readonly Exemplar[] | undefined): Uint8Array | null =>
  given === undefined ? null : serialize(given);

/** What `bytesOfExemplars` made these of. Throws an `UnreadableRowError`. */
export const exemplarsOf = (column: unknown): readonly Exemplar[] => {
  try {
    return exemplars
      .parse(column instanceof Uint8Array ? deserialize(column) : undefined)
      .map(({timestampMs, ...exemplar}) =>
        timestampMs === undefined ? exemplar : {...exemplar, timestampMs},
      );
  } catch (error) {
    throw new UnreadableRowError(`journal: a block's exemplars can't be read: ${String(error)}`);
  }
};

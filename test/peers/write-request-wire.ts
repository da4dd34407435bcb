/** A sample of a remote-write request. The stale marker is the NaN that "Stale Markers" sets apart. */
export interface RemoteSample {
  readonly timestampMs: number;
  readonly value: number | 'stale';
  /** Only in version 2.0: the time from which a counter counts. */
  readonly startMs?: number;
}

/** Thrown for bytes that are no protobuf, or hold anything that the message's schema does not have. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A field of a message: its number in the schema, and its value by its wire type. */
export type Field =
  | {readonly number: number; readonly wire: 'varint'; readonly value: bigint}
  | {readonly number: number; readonly wire: 'fixed64' | 'bytes'; readonly value: Buffer};

const staleBits = 0x7ff0000000000002n;

/** Splits a message into its fields, by protobuf's "Encoding". Wire types that no schema here uses are refused. */
export function fieldsOf(message: Buffer, name: string): Field[] {
  const fields: Field[] = [];
  const bytes = new Reader(message, name);
  while (!bytes.atEnd()) {
    const key = bytes.varint();
    const number = Number(key >> 3n);
    const wireType = Number(key & 7n);
    if (wireType === 0) fields.push({number, wire: 'varint', value: bytes.varint()});
    else if (wireType === 1) fields.push({number, wire: 'fixed64', value: bytes.take(8)});
    else if (wireType === 2) fields.push({number, wire: 'bytes', value: bytes.take(Number(bytes.varint()))});
    else throw new WireError(`${name} has field ${number} of wire type ${wireType}`);
  }
  return fields;
}

/** The value of a field that must be this one, and a string or message. */
export function bytesOf(field: Field, number: number, name: string): Buffer {
  if (field.number === number && field.wire === 'bytes') return field.value;
  throw unknownField(field, name);
}

/** The value of a field that must be this one, and a number. */
export function uint32Of(field: Field, number: number, name: string): number {
  if (field.number === number && field.wire === 'varint') return uint32(field.value, name);
  throw unknownField(field, name);
}

/** A packed repeated field of uint32. */
export function uint32sOf(bytes: Buffer, name: string): number[] {
  const reader = new Reader(bytes, name);
  const values: number[] = [];
  while (!reader.atEnd()) values.push(uint32(reader.varint(), name));
  return values;
}

/** An exemplar of a series; the labels are what the version has in their place. */
export interface RemoteExemplar<Labels> {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number;
}

const int64 = (value: bigint): number => Number(BigInt.asIntN(64, value));

/** The message Sample, whose third field only version 2.0 has. */
export function sampleOf(message: Buffer, version: '1.0' | '2.0'): RemoteSample {
  let value: RemoteSample['value'] = 0;
  let timestampMs = 0;
  let start: {startMs?: number} = {};
  for (const field of fieldsOf(message, 'Sample')) {
    if (field.number === 1 && field.wire === 'fixed64')
      value = field.value.readBigUInt64LE() === staleBits ? 'stale' : field.value.readDoubleLE();
    else if (field.number === 2 && field.wire === 'varint') timestampMs = int64(field.value);
    else if (field.number === 3 && field.wire === 'varint' && version === '2.0')
      start = {startMs: int64(field.value)};
    else throw unknownField(field, 'Sample');
  }
  return {timestampMs, value, ...start};
}

/** The message Exemplar, whose first field `labelsOf` reads: it may be there more than once. */
export function exemplarOf<Labels>(
  message: Buffer,
  labelsOf: (fields: readonly Field[]) => Labels,
): RemoteExemplar<Labels> {
  const fields = fieldsOf(message, 'Exemplar');
  let value: number | undefined;
  let timestampMs: number | undefined;
  for (const field of fields) {
    if (field.number === 2 && field.wire === 'fixed64') value = field.value.readDoubleLE();
    else if (field.number === 3 && field.wire === 'varint') timestampMs = int64(field.value);
    else if (field.number !== 1) throw unknownField(field, 'Exemplar');
  }
  if (value === undefined || timestampMs === undefined)
    throw new WireError('an exemplar has no value or no timestamp');
  return {labels: labelsOf(fields.filter(({number}) => number === 1)), value, timestampMs};
}

export function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    throw new WireError('a string is not UTF-8');
  }
}

export function unknownField({number, wire}: Field, name: string): WireError {
  return new WireError(`${name} has an unknown field ${number} (${wire})`);
}

function uint32(value: bigint, name: string): number {
  if (value > 0xffff_ffffn) throw new WireError(`${name} has a number of more than 32 bits`);
  return Number(value);
}

class Reader {
  readonly #bytes: Buffer;
  readonly #name: string;
  #at = 0;

  constructor(bytes: Buffer, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new WireError(`${this.#name} ends within a varint, or has one of more than ten bytes`);
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new WireError(`${this.#name} ends within a field`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

import {createHash} from 'node:crypto';
import {createByteWriter} from '../byte-writer.ts';
import type {Labels} from '../metrics/sample.ts';
import {type Family, type Layout, metricTypes, type ScrapedSeries} from './block.ts';

/** The bytes of a layout are not what `createLayout` makes. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

// The texts that most series have come first, in the order of their first use: they are decoded once.
const commonTexts = 256;

const placeOf = <K>(places: Map<K, number>, key: K): number => {
  const known = places.get(key);
  if (known !== undefined) return known;
  const place = places.size;
  places.set(key, place);
  return place;
};

/** Makes a layout of series, one after the other, so that they need not all be there as objects. */
export interface LayoutBuilder {
  add(series: ScrapedSeries): void;
  /** Adds a series unless one with the same labels was added in this way. Tells whether it was not there. */
  addOnce(series: ScrapedSeries): boolean;
  /** Whether a series with these labels was added by `addOnce`. */
  has(labels: Labels): boolean;
  size(): number;
  /** To be called once. */
  finish(): Layout;
}

const latin1 = ({buffer, byteOffset, length}: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('latin1');

/**
 * A layout's bytes: every text once, every family once, and then the series, which refer to both by their places.
 * Counts, lengths and places are varints, texts UTF-8. A family is its name, type, help and unit; a series is its
 * family, the number of its labels, and their names and values.
 */
export const createLayoutBuilder = (): LayoutBuilder => {
  const texts = new Map<string, number>();
  const families = new Map<string, number>();
  // Most series have the same family object as the one before them.
  const known = new Map<Family, number>();
  const familyRows = createByteWriter();
  const seriesRows = createByteWriter();
  const row = createByteWriter(256);
  /** The rows of series that were added once: texts are there once, so the same labels have the same row. */
  const rows = new Set<string>();
  let count = 0;
  const familyPlace = (family: Family): number => {
    const seen = known.get(family);
    if (seen !== undefined) return seen;
    const {name, type, help, unit} = family;
    const before = families.size;
    const place = placeOf(families, JSON.stringify([name, type, help, unit]));
    known.set(family, place);
    if (place < before) return place;
    familyRows.varint(placeOf(texts, name));
    familyRows.varint(metricTypes.indexOf(type));
    familyRows.varint(placeOf(texts, help));
    familyRows.varint(placeOf(texts, unit));
    return place;
  };
  const internText = (text: string): number => placeOf(texts, text);
  /** Puts labels into `row`. Tells whether all their texts have places. */
  const writeRow = (labels: Labels, placeOfText: (text: string) => number | undefined): boolean => {
    row.clear();
    row.varint(labels.length);
    for (const label of labels) {
      for (const text of label) {
        const place = placeOfText(text);
        if (place === undefined) return false;
        row.varint(place);
      }
    }
    return true;
  };
  const appendRow = (family: Family): void => {
    seriesRows.varint(familyPlace(family));
    seriesRows.bytes(row.written());
    count += 1;
  };
  return {
    add: ({labels, family}) => {
      writeRow(labels, internText);
      appendRow(family);
    },
    addOnce: ({labels, family}) => {
      writeRow(labels, internText);
      const before = rows.size;
      rows.add(latin1(row.written()));
      if (rows.size === before) return false;
      appendRow(family);
      return true;
    },
    has: (labels) => writeRow(labels, (text) => texts.get(text)) && rows.has(latin1(row.written())),
    size: () => count,
    finish: () => {
      const whole = createByteWriter(seriesRows.length() * 2 + 4096);
      whole.varint(texts.size);
      for (const text of texts.keys()) whole.text(text);
      whole.varint(families.size);
      whole.bytes(familyRows.written());
      whole.varint(count);
      whole.bytes(seriesRows.written());
      return readLayout(new Uint8Array(whole.written()));
    },
  };
};

/** Reads varints from a place that moves on behind each. */
const createReader = (bytes: Uint8Array) => {
  let at = 0;
  return {
    varint: (): number => {
      let value = 0;
      for (let shift = 0; shift < 35; shift += 7) {
        const byte = bytes[at];
        if (byte === undefined) break;
        at += 1;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value >>> 0;
      }
      throw new LayoutError(`a layout of ${bytes.length} bytes has no number at byte ${at}`);
    },
    skip: (length: number): void => {
      at += length;
    },
    place: (): number => at,
    moveTo: (place: number): void => {
      at = place;
    },
  };
};

/**
 * Gives the layout of the bytes that a `Layout` holds, which it keeps: they must not change.
 * Throws a `LayoutError` where they are no layout.
 */
export const readLayout = (bytes: Uint8Array): Layout => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = createReader(bytes);
  const countOf = (): number => {
    const count = reader.varint();
    if (count > bytes.length) throw new LayoutError(`a layout of ${bytes.length} bytes counts ${count}`);
    return count;
  };
  const textAt = new Uint32Array(countOf());
  for (let place = 0; place < textAt.length; place += 1) {
    textAt[place] = reader.place();
    reader.skip(reader.varint());
  }
  const here = reader.place();
  const common: string[] = [];
  const decode = (place: number): string => {
    const start = textAt[place];
    if (start === undefined) throw new LayoutError(`a layout of ${textAt.length} texts has no text ${place}`);
    reader.moveTo(start);
    const length = reader.varint();
    return buffer.toString('utf8', reader.place(), reader.place() + length);
  };
  const text = (place: number): string => {
    if (place >= commonTexts) return decode(place);
    const known = common[place] ?? decode(place);
    common[place] = known;
    return known;
  };
  reader.moveTo(here);
  const familyRows = Array.from(
    {length: countOf()},
    () => [reader.varint(), reader.varint(), reader.varint(), reader.varint()] as const,
  );
  const seriesAtByte = new Uint32Array(countOf());
  for (let index = 0; index < seriesAtByte.length; index += 1) {
    seriesAtByte[index] = reader.place();
    reader.varint();
    for (let left = reader.varint() * 2; left > 0; left -= 1) reader.varint();
  }
  const families = familyRows.map(
    ([name, type, help, unit]): Family => ({
      name: text(name),
      type: metricTypes[type] ?? 'unknown',
      help: text(help),
      unit: text(unit),
    }),
  );
  return {
    key: createHash('sha256').update(bytes).digest('hex'),
    bytes,
    size: seriesAtByte.length,
    seriesAt: (index) => {
      const start = seriesAtByte[index];
      if (start === undefined)
        throw new RangeError(`a layout of ${seriesAtByte.length} series has no ${index}`);
      reader.moveTo(start);
      const family = families[reader.varint()];
      if (family === undefined) throw new LayoutError(`series ${index} of a layout is of no family`);
      const places = Array.from({length: reader.varint()}, () => [reader.varint(), reader.varint()] as const);
      const labels: Labels = places.map(([name, value]) => [text(name), text(value)]);
      return {labels, family};
    },
  };
};

/** Holds series as bytes: 100,000 of them take little more than their texts, each of which is there once. */
export const createLayout = (series: Iterable<ScrapedSeries>): Layout => {
  const builder = createLayoutBuilder();
  for (const each of series) builder.add(each);
  return builder.finish();
};

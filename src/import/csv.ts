import type {Imported, SourceRow} from './source.ts';

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  /** False where the file ends within a quoted field. */
  readonly isWhole: boolean;
}

/**
 * Reads the records of a CSV file: fields apart by commas, in double quotes where they hold one of `,"` or a line break,
 * quotes in them doubled. Empty lines are no records. @see RFC 4180
 */
export function* readCsv(text: string): Generator<CsvRecord> {
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  let line = 1;
  let firstLine = 1;
  const record = (): CsvRecord => ({line: firstLine, fields: [...fields, field], isWhole: !isQuoted});
  const isEmpty = (): boolean => fields.length === 0 && field === '';

  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\n') line += 1;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[index + 1] === '"') {
        field += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === ',') {
      fields.push(field);
      field = '';
    } else if (character === '\n') {
      if (!isEmpty()) yield record();
      [fields, field, firstLine] = [[], '', line];
    } else if (character !== '\r' || text[index + 1] !== '\n') field += character;
  }
  if (!isEmpty() || isQuoted) yield record();
}

/** A record's fields by their columns, without those that are empty. */
const knownFields = (names: readonly string[], fields: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.flatMap((name, index) => {
      const field = fields[index] ?? '';
      return field === '' ? [] : [[name, field] as const];
    }),
  );

/**
 * Records as rows of a source, each by `read` from its fields that are not empty. One that has not a field for each of the
 * columns' names is none.
 */
export const rowsOf = (
  names: readonly string[],
  records: readonly CsvRecord[],
  read: (known: Readonly<Record<string, string>>) => Imported,
): readonly SourceRow[] =>
  records.map(({line, fields, isWhole}) => ({
    place: `line ${line}`,
    imported:
      isWhole && fields.length === names.length
        ? read(knownFields(names, fields))
        : {kind: 'wrong', problem: `not as many columns as the first line, ${names.length}`},
  }));

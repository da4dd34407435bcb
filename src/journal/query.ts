import {isUtf8} from 'node:buffer';
import type Libsql from 'libsql';
import {UnreadableRowError} from './fault.ts';

export type Database = Libsql.Database;

/** SQLite's result code for, among others, names that are not in the schema: https://sqlite.org/rescode.html#error */
const unknownName = 1;

/** Every statement fits the schema that was written: where it does not, that is no longer what is in the file. */
const prepareSound = <Prepared>(prepare: () => Prepared): Prepared => {
  try {
    return prepare();
  } catch (cause) {
    if (cause instanceof Error && 'rawCode' in cause && cause.rawCode === unknownName)
      throw new UnreadableRowError(`journal: ${cause.message}`, {cause});
    throw cause;
  }
};

/** Prepares when first asked: a statement takes some 20 KiB, and most processes never use most of a journal's. */
const later = <Prepared>(prepare: () => Prepared): (() => Prepared) => {
  let prepared: Prepared | undefined;
  return () => {
    prepared ??= prepareSound(prepare);
    return prepared;
  };
};

/** A statement that gives rows as arrays of their columns. */
export const statement = (db: Database, sql: string) => {
  const prepared = later(() => db.prepare<unknown[]>(sql).raw(true));
  return {
    get: (...parameters: unknown[]): unknown => prepared().get(...parameters),
    all: (...parameters: unknown[]): readonly unknown[] => prepared().all(...parameters),
  };
};

/** A statement that gives no rows. */
export const command = (db: Database, sql: string) => {
  const prepared = later(() => db.prepare<unknown[]>(sql));
  return {
    /** Gives how many rows it changed. */
    run: (...parameters: unknown[]): number => prepared().run(...parameters).changes,
  };
};

/** A row's columns. Throws for anything else. */
export const columnsOf = (row: unknown): readonly unknown[] => {
  if (!Array.isArray(row)) throw new UnreadableRowError('journal: a row without columns');
  return row;
};

/**
 * A text that was selected as `CAST(… AS BLOB)`, as all texts must be: libsql ends the process on one that is not UTF-8,
 * which damage makes of it. Throws an `UnreadableRowError` for such a one, and for what is no text.
 */
export const textOf = (column: unknown): string => bytesOfText(column).toString();

/** As `textOf`, in UTF-8. */
export const bytesOfText = (column: unknown): Buffer => {
  if (!(column instanceof Uint8Array) || !isUtf8(column)) throw new UnreadableRowError('journal: no text');
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
};

/** A query for one number: the first column of its first row, or undefined where that holds none. */
export const numberQuery = (db: Database, sql: string) => {
  const prepared = statement(db, sql);
  return (...parameters: unknown[]): number | undefined => {
    const row = prepared.get(...parameters);
    const value: unknown = Array.isArray(row) ? row[0] : undefined;
    return typeof value === 'number' ? value : undefined;
  };
};

/**
 * The journal's tables beside those of the results themselves and of the imports' keys: those that a journal attached as
 * `schema` has too.
 */
export const tablesBesideResults = (db: Database, schema: 'main' | 'disk' = 'main'): readonly string[] =>
  statement(
    db,
    `SELECT name FROM main.sqlite_schema
       WHERE type = 'table' AND name NOT IN ('results', 'imports', 'sqlite_sequence')
         AND name IN (SELECT name FROM ${schema}.sqlite_schema)`,
  )
    .all()
    .map((row) => String(columnsOf(row)[0]));

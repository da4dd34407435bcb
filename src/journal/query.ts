import {isUtf8} from 'node:buffer';
import type {Database} from './database.ts';
import {UnreadableRowError} from './fault.ts';

/** Prepares a statement that gives rows as arrays of their columns. */
export const statement = (db: Database, sql: string) => db.prepare(sql).raw(true);

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

/** Prepares a query for one number: the first column of its first row, or undefined where that holds none. */
export const numberQuery = (db: Database, sql: string) => {
  const prepared = statement(db, sql);
  return (...parameters: unknown[]): number | undefined => {
    const row: unknown = prepared.get(...parameters);
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

/**
 * What an error says about the journal's file. `unusable`: it can't be written, or not even read, at present: a full
 * disk, a read-only one, one that fails. `damaged`: its content is not what was written to it.
 */
export type Fault = 'unusable' | 'damaged';

/** A row of the journal holds what this program does not write. */
export class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
}

/** SQLite's primary result codes that tell of a fault. @see https://sqlite.org/rescode.html */
const faults: ReadonlyMap<number, Fault> = new Map([
  [3, 'unusable'], // PERM
  [5, 'unusable'], // BUSY
  [8, 'unusable'], // READONLY
  [10, 'unusable'], // IOERR
  [11, 'damaged'], // CORRUPT
  [13, 'unusable'], // FULL
  [14, 'unusable'], // CANTOPEN
  [18, 'damaged'], // TOOBIG: nothing here is
  [26, 'damaged'], // NOTADB
] as const);

/** The fault that an error comes from, or undefined where it comes from something else. */
export const faultOf = (error: unknown): Fault | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UnreadableRowError) return 'damaged';
  if (error.cause !== undefined) return faultOf(error.cause);
  // libsql gives an error of opening a file no code.
  if (error.message.startsWith('ConnectionFailed')) return 'unusable';
  const code = 'rawCode' in error ? error.rawCode : undefined;
  // The low byte of an extended code is the primary one.
  return typeof code === 'number' ? faults.get(code & 0xff) : undefined;
};

import {createReadStream, fstatSync, openSync} from 'node:fs';
import {createInterface} from 'node:readline';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {type Batch, type Imported, type Source, SourceError, type SourceRow} from './source.ts';

const batchSize = 500;

interface Input {
  readonly stream: Readable;
  /** How much of it has been read, 0 to 1; undefined where its length is not known. */
  fraction(): number | undefined;
}

/** A file, or standard input for `-`. */
const open = (path: string): Input => {
  if (path === '-') return {stream: process.stdin, fraction: () => undefined};
  const fd = openSync(path, 'r');
  const {size} = fstatSync(fd);
  const stream = createReadStream(path, {fd});
  return {stream, fraction: () => (size > 0 ? stream.bytesRead / size : undefined)};
};

const explain = (path: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error
    ? new SourceError('unusable', `${path} cannot be read: ${error.message}`, {cause: error})
    : error;

const byteOrderMark = '\ufeff';

/** A file with a result on each line, or standard input for `-`. Empty lines, and those that `read` passes over, count. */
export const lineSource = (path: string, read: (line: string) => Imported | undefined): Source => ({
  rowsName: 'lines',
  async *batches(signal): AsyncGenerator<Batch> {
    let rows: SourceRow[] = [];
    let number = 0;
    try {
      const {stream, fraction} = open(path);
      const lines = createInterface({input: stream, crlfDelay: Number.POSITIVE_INFINITY});
      for await (const line of lines) {
        signal.throwIfAborted();
        number += 1;
        const bare = number === 1 && line.startsWith(byteOrderMark) ? line.slice(1) : line;
        const imported = bare.trim() === '' ? undefined : read(bare);
        if (imported !== undefined) rows.push({place: `line ${number}`, imported});
        if (rows.length < batchSize) continue;
        yield {rows, fraction: fraction()};
        rows = [];
      }
      yield {rows, fraction: 1};
    } catch (error) {
      throw explain(path, error);
    }
  },
});

/** A file that has to be read as a whole, or standard input for `-`. `read` may throw a `SourceError`. */
export const wholeSource = (
  path: string,
  rowsName: Source['rowsName'],
  read: (content: string) => readonly SourceRow[],
): Source => ({
  rowsName,
  async *batches(signal): AsyncGenerator<Batch> {
    let rows: readonly SourceRow[];
    try {
      const content = await text(open(path).stream);
      rows = read(content.startsWith(byteOrderMark) ? content.slice(1) : content);
    } catch (error) {
      throw explain(path, error);
    }
    for (let start = 0; start < rows.length; start += batchSize) {
      signal.throwIfAborted();
      const end = Math.min(start + batchSize, rows.length);
      yield {rows: rows.slice(start, end), fraction: end / rows.length};
    }
  },
});

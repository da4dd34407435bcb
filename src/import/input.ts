import {createReadStream, fstatSync, openSync} from 'node:fs';
import {addAbortSignal, type Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Batch, Imported, Source, SourceRow} from './source.ts';
import {SourceError} from './source-error.ts';

const batchSize = 500;

interface Input {
  readonly stream: Readable;
  /** How much of it has been read, 0 to 1; undefined where its length is not known. */
  fraction(): number | undefined;
}

/** A file, or standard input for `-`, which ends with an error when the signal aborts. */
const open = (path: string, signal: AbortSignal): Input => {
  if (path === '-') return {stream: addAbortSignal(signal, process.stdin), fraction: () => undefined};
  const fd = openSync(path, 'r');
  const {size} = fstatSync(fd);
  const stream = addAbortSignal(signal, createReadStream(path, {fd}));
  return {stream, fraction: () => (size > 0 ? stream.bytesRead / size : undefined)};
};

const explain = (path: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error
    ? new SourceError('unusable', `${path} cannot be read: ${error.message}`, {cause: error})
    : error;

const byteOrderMark = '\ufeff';

/** Beyond any result that a program prints, and short of what a text can be. */
const longestLine = 64 * 1024 * 1024;

const tooLong: Imported = {kind: 'wrong', problem: 'more than 64 Mi characters, which is no result'};

const withoutReturn = (line: string | undefined): string | undefined =>
  line?.endsWith('\r') ? line.slice(0, -1) : line;

/**
 * The lines of a text that comes in pieces: for each piece those that end in it, and last what follows the last of them.
 * Gives undefined for a line of more than 64 Mi characters, whose text is not kept.
 */
export async function* linesOf(
  pieces: AsyncIterable<string>,
): AsyncGenerator<readonly (string | undefined)[]> {
  // Joined only once it ends: joining it with each piece would take time by the square of its length.
  let begun: string[] = [];
  let length = 0;
  const line = (): string | undefined => (length > longestLine ? undefined : begun.join(''));
  for await (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n');
    length += first.length;
    if (length > longestLine) begun = [];
    else begun.push(first);
    const last = others.pop();
    if (last === undefined) {
      yield [];
      continue;
    }
    yield [line(), ...others].map(withoutReturn);
    begun = [last];
    length = last.length;
  }
  yield [line()];
}

/**
 * A file with a result on each line, or standard input for `-`, whose lines are given no later than it pauses. Empty lines,
 * and those that `read` passes over, count. Lines of more than 64 Mi characters are wrong.
 */
export const lineSource = (path: string, read: (line: string) => Imported | undefined): Source => ({
  rowsName: 'lines',
  async *batches(signal): AsyncGenerator<Batch> {
    let rows: SourceRow[] = [];
    let number = 0;
    try {
      const {stream, fraction} = open(path, signal);
      for await (const lines of linesOf(stream.setEncoding('utf8'))) {
        for (const line of lines) {
          number += 1;
          const bare = number === 1 && line?.startsWith(byteOrderMark) ? line.slice(1) : line;
          const imported = bare === undefined ? tooLong : bare.trim() === '' ? undefined : read(bare);
          if (imported !== undefined) rows.push({place: `line ${number}`, imported});
          if (rows.length < batchSize) continue;
          yield {rows, fraction: fraction()};
          rows = [];
        }
        if (path !== '-' || stream.readableLength > 0 || rows.length === 0) continue;
        yield {rows, fraction: undefined};
        rows = [];
      }
      yield {rows, fraction: 1};
    } catch (error) {
      signal.throwIfAborted();
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
      const content = await text(open(path, signal).stream);
      rows = read(content.startsWith(byteOrderMark) ? content.slice(1) : content);
    } catch (error) {
      signal.throwIfAborted();
      throw explain(path, error);
    }
    for (let start = 0; start < rows.length; start += batchSize) {
      signal.throwIfAborted();
      const end = Math.min(start + batchSize, rows.length);
      yield {rows: rows.slice(start, end), fraction: end / rows.length};
    }
  },
});

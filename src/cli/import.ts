import {existsSync} from 'node:fs';
import {setImmediate} from 'node:timers/promises';
import type {Config} from '../config/schema.ts';
import {type Source, SourceError, type SourceRow} from '../import/source.ts';
import {JournalError} from '../journal/database.ts';
import {faultOf} from '../journal/fault.ts';
import type {KeyedResult} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {createImportPreview} from './import-preview.ts';
import {printable} from './printable.ts';
import {importLine, showLine} from './progress.ts';
import type {Terminal} from './terminal.ts';

/** Takes results, and gives how many of them were new. */
type Take = (results: readonly KeyedResult[]) => number;

/** What became of a source's rows, and why it was not read to its end. */
interface Outcome {
  imported: number;
  /** Results that were there already. */
  known: number;
  wrong: number;
  unfinished: number;
  /** Results whose times are doubtful, and what is doubtful about the first one. */
  doubtful: number;
  doubt?: string;
  broken?: string;
}

/** Reads a source to its end, or until it breaks off. Throws a `UsageError` where it can't be read. */
const readAll = async (source: Source, take: Take, signal: AbortSignal): Promise<Outcome> => {
  const outcome: Outcome = {imported: 0, known: 0, wrong: 0, unfinished: 0, doubtful: 0};
  const display = process.stderr.isTTY ? showLine(process.stderr) : undefined;
  const sort = ({place, imported}: SourceRow): readonly KeyedResult[] => {
    switch (imported.kind) {
      case 'result':
        if (imported.doubt !== undefined) {
          outcome.doubtful += 1;
          outcome.doubt ??= `${place}: ${imported.doubt}`;
        }
        return [imported];
      case 'unfinished':
        outcome.unfinished += 1;
        return [];
      case 'wrong':
        outcome.wrong += 1;
        display?.end();
        process.stderr.write(`${printable(`${place}: ${imported.problem}`)}\n`);
        return [];
      default:
        return imported satisfies never;
    }
  };
  try {
    for await (const {rows, fraction} of source.batches(signal)) {
      const results = rows.flatMap(sort);
      const added = take(results);
      outcome.imported += added;
      outcome.known += results.length - added;
      display?.draw((columns) => importLine(fraction, outcome, columns));
      // For the display, and for signals to be heard.
      await setImmediate();
    }
  } catch (error) {
    if (signal.aborted) return {...outcome, broken: 'stopped'};
    if (!(error instanceof SourceError)) throw error;
    if (error.kind === 'unusable') throw new UsageError(error.message);
    return {...outcome, broken: error.message};
  } finally {
    display?.end();
  }
  return outcome;
};

const report = (
  {imported, known, wrong, unfinished, doubtful, doubt, broken}: Outcome,
  did: string,
  {rowsName}: Source,
): ExitCode => {
  const left = unfinished > 0 ? `, ${unfinished} not finished yet` : '';
  process.stdout.write(
    `${imported} results ${did}, ${known} there already, ${wrong} ${rowsName} left out${left}\n`,
  );
  if (doubt !== undefined) {
    const others = doubtful > 1 ? ` (so are ${doubtful - 1} others)` : '';
    process.stderr.write(`${printable(doubt)}${others}\n`);
  }
  if (broken !== undefined) process.stderr.write(`${broken}: the same command goes on from here\n`);
  return broken === undefined && wrong === 0 ? exitCode.good : exitCode.failed;
};

/** Shows what would come from a source, beside what the journal has already, and writes nothing. */
export const previewImport = async (
  {storage: {path}}: Config,
  source: Source,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const journal = existsSync(path) ? openJournal(path) : undefined;
  try {
    const {take, lines} = createImportPreview(journal);
    const outcome = await readAll(source, take, signal);
    for (const line of lines(terminal)) process.stdout.write(`${line}\n`);
    return report(outcome, 'would be imported', source);
  } finally {
    journal?.close();
  }
};

/**
 * Takes another program's results into the journal, each with its own time and once, however often they are imported.
 * Rows that hold no result are left out and told. What has broken off goes on where it was when it is done again.
 */
export const importResults = async (
  {storage: {path}, remote_write, pushgateway}: Config,
  source: Source,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const journal = openJournal(path);
  const take: Take = (results) => {
    try {
      return journal.importResults(results);
    } catch (cause) {
      if (faultOf(cause) === undefined) throw cause;
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new JournalError(`journal ${path} cannot be written: ${words} (storage.path)`, {cause});
    }
  };
  try {
    // So that they are delivered, destinations must have their place in the journal before the results do.
    for (const {name, replay} of [...remote_write, ...pushgateway]) journal.startAt(name, replay);
    return report(await readAll(source, take, signal), 'imported', source);
  } finally {
    journal.close();
  }
};

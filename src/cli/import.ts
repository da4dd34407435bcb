import {setImmediate} from 'node:timers/promises';
import type {Config} from '../config/schema.ts';
import type {Source, SourceRow} from '../import/source.ts';
import {SourceError} from '../import/source-error.ts';
import type {KeyedResult} from '../journal/import-journal.ts';
import {importedKeys} from '../journal/imported-keys.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import type {TestResult} from '../result.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {createImportPreview} from './import-preview.ts';
import {namingJournal} from './naming-journal.ts';
import {printable} from './printable.ts';
import {importLine, showLine} from './progress.ts';
import type {Terminal} from './terminal.ts';

/** Takes results, and gives those of them that were new. */
type Take = (results: readonly KeyedResult[]) => readonly TestResult[];

/** What became of a source's rows, and why it was not read to its end. */
interface Outcome {
  imported: number;
  /** Those of them that are older than `storage.retention`. */
  old: number;
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
const readAll = async (
  source: Source,
  take: Take,
  {retentionMs}: Config['storage'],
  signal: AbortSignal,
): Promise<Outcome> => {
  const outcome: Outcome = {imported: 0, old: 0, known: 0, wrong: 0, unfinished: 0, doubtful: 0};
  const keptFromMs = Date.now() - retentionMs;
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
      outcome.imported += added.length;
      outcome.old += added.filter(({endedAtMs}) => endedAtMs < keptFromMs).length;
      outcome.known += results.length - added.length;
      display?.draw((columns) => importLine(fraction, outcome, columns));
      // For the display, and for signals to be heard.
      await setImmediate();
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason) return {...outcome, broken: 'stopped'};
    if (!(error instanceof SourceError)) throw error;
    if (error.kind === 'unusable') throw new UsageError(error.message);
    return {...outcome, broken: error.message};
  } finally {
    display?.end();
  }
  return outcome;
};

/** How history comes to the destinations that take any. */
const adviceFor = ({remote_write}: Config): string | undefined =>
  remote_write.length > 0
    ? `not queued for ${remote_write.map(({name}) => name).join(', ')}: speedtest-bridge backfill --to NAME sends them`
    : undefined;

const report = (
  {imported, old, known, wrong, unfinished, doubtful, doubt, broken}: Outcome,
  did: string,
  {rowsName}: Source,
  advice?: string,
): ExitCode => {
  const left = unfinished > 0 ? `, ${unfinished} not finished yet` : '';
  process.stdout.write(
    `${imported} results ${did}, ${known} there already, ${wrong} ${rowsName} left out${left}\n`,
  );
  if (doubt !== undefined) {
    const others = doubtful > 1 ? ` (so are ${doubtful - 1} others)` : '';
    process.stderr.write(`${printable(doubt)}${others}\n`);
  }
  if (old > 0) {
    process.stderr.write(
      `${old} of the ${imported} are older than storage.retention, and removed within the hour, or once every destination has them, unless it is raised before\n`,
    );
  }
  if (broken !== undefined) process.stderr.write(`${broken}: the same command goes on from here\n`);
  if (imported > 0 && advice !== undefined) process.stderr.write(`${printable(advice)}\n`);
  return broken === undefined && wrong === 0 ? exitCode.good : exitCode.failed;
};

/** Shows what would come from a source, beside what the journal has already, and writes nothing. */
export const previewImport = async (
  {storage}: Config,
  source: Source,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const {take, lines} = createImportPreview((keys) =>
    namingJournal(storage.path, 'read', () => importedKeys(storage.path, keys)),
  );
  // A journal that can't be used is told before a source is waited for.
  take([]);
  const outcome = await readAll(source, take, storage, signal);
  for (const line of lines(terminal)) process.stdout.write(`${line}\n`);
  return report(outcome, 'would be imported', source);
};

const asHistory = ({key, result}: KeyedResult): KeyedResult => ({key, result: {...result, history: true}});

/**
 * Takes another program's results into the journal, each with its own time and once, however often they are imported.
 * Rows that hold no result are left out and told. What has broken off goes on where it was when it is done again.
 * @param deliver whether destinations get the results as any others; otherwise they are history, for a backfill.
 */
export const importResults = async (
  config: Config,
  source: Source,
  deliver: boolean,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const {storage, remote_write, pushgateway} = config;
  const journal = openJournal(storage.path);
  const take: Take = (results) =>
    namingJournal(storage.path, 'written', () =>
      journal.importResults(deliver ? results : results.map(asHistory)),
    );
  try {
    // So that they are delivered, destinations must have their place in the journal before the results do.
    for (const {name, replay} of deliver ? [...remote_write, ...pushgateway] : [])
      namingJournal(storage.path, 'written', () => journal.startAt(name, replay));
    const outcome = await readAll(source, take, storage, signal);
    return report(outcome, 'imported', source, deliver ? undefined : adviceFor(config));
  } finally {
    journal.close();
  }
};

import type {Config} from '../config/schema.ts';
import {type BackfillProgress, backfill as send} from '../delivery/backfill.ts';
import type {TimeRange} from '../journal/history.ts';
import type {Journal} from '../journal/journal.ts';
import {walk} from '../journal/walk.ts';
import {mappingOf} from '../outputs.ts';
import {askAgeLimit} from '../receiver/ask-age-limit.ts';
import {planDestinations} from '../sinks.ts';
import type {BackfillOptions} from './backfill-options.ts';
import {afterLines, beforeLines, isComplete} from './backfill-report.ts';
import {countLine} from './count-progress.ts';
import {openExistingJournal} from './existing-journal.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {type RowFor, writeOpenMetrics} from './openmetrics-file.ts';
import {showLine} from './progress.ts';

const rowsAtOnce = 500;
const patienceMs = 5 * 60_000;

type RemoteWrite = Config['remote_write'][number];

/** What is to be sent, and where to. */
interface Task {
  readonly config: Config;
  readonly journal: Journal;
  readonly destination: RemoteWrite;
  readonly range: TimeRange;
  readonly resultsPerSecond: number;
  readonly version: string;
}

// Not on standard output, which may be the file that is written.
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** The remote write to send to. Throws a `UsageError` where it is not one, or is not named though there are several. */
const chosen = ({remote_write: destinations, pushgateway}: Config, name: string | undefined): RemoteWrite => {
  const [first, ...others] = destinations;
  if (first === undefined) throw new UsageError('the configuration has no remote_write to send to');
  const names = destinations.map((each) => each.name).join(', ');
  if (name === undefined) {
    if (others.length > 0) throw new UsageError(`name one with --to: ${names}`);
    return first;
  }
  const found = destinations.find((each) => each.name === name);
  if (found !== undefined) return found;
  if (pushgateway.some((each) => each.name === name))
    throw new UsageError(`${name} is a Pushgateway, which keeps only the newest results`);
  throw new UsageError(`no remote_write is called "${name}": the configuration has ${names}`);
};

const countIn = (journal: Journal, {fromMs, toMs}: TimeRange): number => {
  if (fromMs >= toMs) return 0;
  const steps = journal.steps({fromMs, toMs, stepMs: toMs - fromMs, exact: true});
  return steps.reduce((sum, {completed, failed, skipped}) => sum + completed + failed + skipped, 0);
};

/** Shows how many of `total` results have a verdict, on a terminal, and says once what is in the way of the next. */
const showCount = (total: number) => {
  const startedMs = performance.now();
  const line = process.stderr.isTTY ? showLine(process.stderr) : undefined;
  const end = (): void => line?.end();
  let inTheWay = '';
  const onRetry = (cause: string): void => {
    if (cause === inTheWay) return;
    inTheWay = cause;
    end();
    say(`${cause}: trying again`);
  };
  const onProgress = ({taken, refused, atMs}: BackfillProgress): void => {
    inTheWay = '';
    const details = [
      ...(refused > 0 ? [`${refused} refused`] : []),
      new Date(atMs).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length),
    ];
    const elapsedMs = performance.now() - startedMs;
    line?.draw((columns) => countLine({done: taken + refused, total, details, elapsedMs}, columns));
  };
  return {onProgress, onRetry, end};
};

/** Sends the results of a range. Gives whether all were taken. */
const sendRange = async (task: Task, signal: AbortSignal): Promise<boolean> => {
  const {config, journal, destination, range, resultsPerSecond, version} = task;
  const {name, http} = destination;
  const total = countIn(journal, range);
  say(`${total} results to send to ${name}`);
  const nowMs = Date.now();
  const limit = await askAgeLimit(http, version, nowMs, signal);
  const tooOld =
    limit.kind === 'known' ? countIn(journal, {...range, toMs: Math.min(range.toMs, limit.oldestMs)}) : 0;
  for (const line of beforeLines(limit, tooOld, total)) say(line);

  const plan = planDestinations(config, mappingOf(config), version).find((each) => each.name === name);
  if (plan === undefined) throw new Error(`${name} is not planned`);
  const {sink, queue} = plan.open();
  const {end, ...watch} = showCount(total);
  try {
    const rows = walk(journal, range, queue.maxResults);
    const done = await send(rows, {sink, queue, resultsPerSecond, patienceMs, ...watch}, signal);
    end();
    for (const line of afterLines(done, limit.product, nowMs)) say(line);
    return isComplete(done);
  } finally {
    await sink.close();
  }
};

function* rowsFor({journal, range, destination: {name}}: Task): Generator<RowFor> {
  for (const rows of walk(journal, range, rowsAtOnce))
    for (const row of rows) yield {row, destinations: [name]};
}

/**
 * Sends results that the journal has to one remote write, beside a running bridge or without one: the destination's place in
 * the journal stays. Or writes them to an OpenMetrics file, as that destination would get them.
 * Throws a `UsageError` for a destination that can't take them, and a `JournalError`.
 */
export const backfill = async (
  config: Config,
  {to, fromMs, untilMs, resultsPerSecond, output}: BackfillOptions,
  version: string,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const destination = chosen(config, to);
  const journal = openExistingJournal(config.storage.path);
  try {
    const range = {fromMs, toMs: untilMs};
    const task = {config, journal, destination, range, resultsPerSecond, version};
    if (output === undefined) return (await sendRange(task, signal)) ? exitCode.good : exitCode.failed;
    await writeOpenMetrics(config, rowsFor(task), output);
    return exitCode.good;
  } finally {
    journal.close();
  }
};

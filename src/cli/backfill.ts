import {existsSync} from 'node:fs';
import type {Config} from '../config/schema.ts';
import {type Backfilled, backfill as send} from '../delivery/backfill.ts';
import type {TimeRange} from '../journal/history.ts';
import type {Journal} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {walk} from '../journal/walk.ts';
import {mappingOf} from '../outputs.ts';
import {adviceFor} from '../receiver/advice.ts';
import {type AgeLimit, ageLimitText, type Product} from '../receiver/age-limit.ts';
import {askAgeLimit} from '../receiver/ask-age-limit.ts';
import {planDestinations} from '../sinks.ts';
import type {BackfillOptions} from './backfill-options.ts';
import {countLine} from './count-progress.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {type RowFor, writeOpenMetrics} from './openmetrics-file.ts';
import {showLine} from './progress.ts';

const rowsAtOnce = 500;
const patienceMs = 5 * 60_000;

type RemoteWrite = Config['remote_write'][number];

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const time = (ms: number): string => new Date(ms).toISOString();

/** The destination of remote write to send to. Throws a `UsageError` where it is another, or not named though there are several. */
const chosen = ({remote_write: destinations, pushgateway}: Config, name: string | undefined): RemoteWrite => {
  const [first, ...others] = destinations;
  const found = name === undefined ? first : destinations.find((each) => each.name === name);
  const names = destinations.map((each) => each.name).join(', ') || 'none';
  if (name === undefined && others.length > 0) throw new UsageError(`name one with --to: ${names}`);
  if (found !== undefined) return found;
  if (name === undefined) throw new UsageError('the configuration has no remote_write to send to');
  if (pushgateway.some((each) => each.name === name))
    throw new UsageError(`${name} is a Pushgateway, which keeps only the newest results`);
  throw new UsageError(`no remote_write is called "${name}": the configuration has ${names}`);
};

const countIn = (journal: Journal, {fromMs, toMs}: TimeRange): number =>
  fromMs >= toMs
    ? 0
    : journal
        .steps({fromMs, toMs, stepMs: toMs - fromMs, exact: true})
        .reduce((sum, {completed, failed, skipped}) => sum + completed + failed + skipped, 0);

/** Tells how old a sample the receiver takes, and how many of the results are older. */
const tellAgeLimit = (journal: Journal, range: TimeRange, total: number, limit: AgeLimit): void => {
  say(ageLimitText(limit));
  if (limit.kind === 'unknown') return;
  const tooOld = countIn(journal, {...range, toMs: Math.min(range.toMs, limit.oldestMs)});
  if (tooOld > 0) say(`${tooOld} of ${total} results are older than the receiver takes or keeps`);
};

/** Tells what became of it. Gives whether all results were taken. */
const tell = (done: Backfilled, product: Product | undefined, nowMs: number): boolean => {
  const {taken, unwritten, refusals, stopped} = done;
  const refused = refusals.reduce((sum, {results}) => sum + results, 0);
  say(`${taken} results taken, ${refused} refused`);
  if (unwritten > 0) say(`${unwritten} samples of those taken were left out, the receiver says`);
  for (const {results, firstMs, lastMs, words} of refusals)
    say(`  ${results} from ${time(firstMs)} to ${time(lastMs)}: ${words}`);
  if (refused > 0) {
    say('Where that is for their age, set:');
    const oldestMs = Math.min(...refusals.map(({firstMs}) => firstMs));
    for (const line of adviceFor(product, nowMs - oldestMs)) say(`  ${line}`);
  }
  if (stopped !== undefined) {
    say(`stopped: ${stopped.cause}`);
    say(`Go on with --from ${time(stopped.atMs)}`);
  }
  return refused === 0 && unwritten === 0 && stopped === undefined;
};

/** Sends the results of a range, with a line of progress on a terminal. */
const sendAll = async (
  config: Config,
  journal: Journal,
  {name, http}: RemoteWrite,
  range: TimeRange,
  {resultsPerSecond}: BackfillOptions,
  version: string,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const total = countIn(journal, range);
  say(`${total} results to send to ${name}`);
  const nowMs = Date.now();
  const limit = await askAgeLimit(http, version, nowMs, signal);
  tellAgeLimit(journal, range, total, limit);
  const plan = planDestinations(config, mappingOf(config), version).find((each) => each.name === name);
  if (plan === undefined) throw new Error(`${name} is not planned`);
  const {sink, queue} = plan.open();
  const line = process.stderr.isTTY ? showLine(process.stderr) : undefined;
  try {
    const done = await send(
      walk(journal, range, queue.maxResults),
      {
        sink,
        queue,
        resultsPerSecond,
        patienceMs,
        onProgress: ({taken, refused, atMs}) => {
          const details = [...(refused > 0 ? [`${refused} refused`] : []), time(atMs).slice(0, 16)];
          const progress = {done: taken + refused, total, details, elapsedMs: Date.now() - nowMs};
          line?.draw((columns) => countLine(progress, columns));
        },
      },
      signal,
    );
    line?.end();
    return tell(done, limit.product, nowMs) ? exitCode.good : exitCode.failed;
  } finally {
    await sink.close();
  }
};

function* rowsFor(journal: Journal, range: TimeRange, destination: string): Generator<RowFor> {
  for (const rows of walk(journal, range, rowsAtOnce))
    for (const row of rows) yield {row, destinations: [destination]};
}

/**
 * Sends results that the journal has to one destination of remote write, beside a running bridge or without one: its place
 * in the journal stays. Or writes them to an OpenMetrics file, as that destination would get them.
 * Throws a `UsageError` for a destination that can't take them.
 */
export const backfill = async (
  config: Config,
  options: BackfillOptions,
  version: string,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const {path} = config.storage;
  const destination = chosen(config, options.to);
  if (!existsSync(path)) {
    say(`journal ${path} is not there: nothing was tested yet (storage.path)`);
    return exitCode.failed;
  }
  const journal = openJournal(path);
  try {
    const range = {fromMs: options.fromMs, toMs: options.untilMs};
    if (options.output === undefined)
      return await sendAll(config, journal, destination, range, options, version, signal);
    await writeOpenMetrics(config, rowsFor(journal, range, destination.name), options.output);
    return exitCode.good;
  } finally {
    journal.close();
  }
};

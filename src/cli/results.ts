import type {TimeRange} from '../journal/history.ts';
import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {type Measurement, measuredIn, type TestResult} from '../result.ts';
import {latestMs} from '../server/api/parameters.ts';
import {shorten, widestName, widthOf} from './columns.ts';
import {openExistingJournal} from './existing-journal.ts';
import {type ExitCode, exitCode} from './exit-code.ts';
import {printable} from './printable.ts';
import {sparkline} from './sparkline.ts';
import {type Cell, type Column, tableLines} from './table.ts';
import type {Terminal} from './terminal.ts';
import {formatMs, formatRate} from './units.ts';

export interface ResultsOptions {
  readonly job?: string;
  /** Unix milliseconds. */
  readonly sinceMs?: number;
  /** Most results; all of them where it is absent. */
  readonly limit?: number;
  readonly json: boolean;
}

const pageSize = 500;
const narrowestTrend = 8;

/** Results by pages, newest first, for memory to hold one page at a time. */
function* pagesOf(journal: Journal, range: TimeRange, limit: number): Generator<readonly JournalRow[]> {
  let left = limit;
  let beforeId: number | undefined;
  while (left > 0) {
    const rows = journal.page({
      ...range,
      ...(beforeId !== undefined && {beforeId}),
      limit: Math.min(pageSize, left),
    });
    if (rows.length === 0) return;
    yield rows;
    left -= rows.length;
    beforeId = rows.at(-1)?.id;
  }
}

const statusCell = (result: TestResult): Cell => {
  switch (result.status) {
    case 'completed':
      return result.healthy === false ? {text: 'unhealthy', colour: 'yellow'} : {text: 'ok', colour: 'green'};
    case 'failed':
      return {text: 'failed', colour: 'red'};
    case 'skipped':
      return {text: 'skipped', colour: 'dim'};
    default:
      return result satisfies never;
  }
};

/** The server that was tested against, or why none was. */
const storyCell = (result: TestResult): Cell => {
  switch (result.status) {
    case 'completed': {
      const {name, host, location} = result.measurement.server;
      return {text: printable([name ?? host ?? '', location].filter((part) => part).join(', '))};
    }
    case 'failed':
      return {text: printable(`${result.failure.class}: ${result.failure.reason}`), colour: 'red'};
    case 'skipped':
      return {text: printable(`${result.skip.class}: ${result.skip.reason}`), colour: 'dim'};
    default:
      return result satisfies never;
  }
};

const clock = new Intl.DateTimeFormat('sv-SE', {dateStyle: 'short', timeStyle: 'short'});

const value = (read: (measured: Partial<Measurement>) => string | undefined) => (result: TestResult) => ({
  text: read(measuredIn(result)) ?? '–',
});

const rateOf = (bytesPerSecond: number | undefined): string | undefined =>
  bytesPerSecond === undefined ? undefined : formatRate(bytesPerSecond);

/** Results as rows of a table; their jobs are named where there are several. */
export const resultColumns = (jobs: number): readonly Column<TestResult>[] => {
  const job: Column<TestResult> = {
    title: 'Job',
    cell: (result) => ({text: printable(result.job)}),
    givesWay: 3,
  };
  return [
    {title: 'Ended', cell: ({endedAtMs}) => ({text: clock.format(endedAtMs)})},
    ...(jobs > 1 ? [job] : []),
    {title: 'Status', cell: statusCell},
    {title: 'Download', cell: value(({download}) => rateOf(download?.bytesPerSecond)), align: 'right'},
    {
      title: 'Upload',
      cell: value(({upload}) => rateOf(upload?.bytesPerSecond)),
      align: 'right',
      givesWay: 4,
    },
    {title: 'Ping', cell: value(({ping}) => ping && formatMs(ping.latencyMs)), align: 'right', givesWay: 2},
    {
      title: 'Loss',
      cell: value(({packetLossPercent: loss}) => (loss === undefined ? undefined : `${+loss.toFixed(2)} %`)),
      align: 'right',
      givesWay: 1,
    },
    {title: 'Server or reason', cell: storyCell, givesWay: 5},
  ];
};

/** How a job's download rate went, oldest first. A test that was skipped tells nothing of it. */
const trendLine = (
  job: string,
  newestFirst: readonly TestResult[],
  {columns}: Terminal,
): string | undefined => {
  const rates = newestFirst
    .filter((result) => result.job === job && result.status !== 'skipped')
    .map((result) => measuredIn(result).download?.bytesPerSecond)
    .reverse();
  const known = rates.filter((rate) => rate !== undefined);
  if (known.length === 0) return undefined;
  const highest = known.reduce((most, rate) => Math.max(most, rate));
  const lowest = known.reduce((least, rate) => Math.min(least, rate));
  const label = `Download of ${shorten(printable(job), widestName(columns))}  `;
  const range = `  ${formatRate(lowest)} to ${formatRate(highest)}`;
  const left = columns - widthOf(label);
  const line = label + sparkline(rates, Math.min(60, Math.max(narrowestTrend, left - range.length)));
  return left < narrowestTrend + range.length ? line : line + range;
};

const show = (results: readonly TestResult[], terminal: Terminal): readonly string[] => {
  const jobs = [...new Set(results.map(({job}) => job))].sort();
  const trends = jobs.flatMap((job) => trendLine(job, results, terminal) ?? []);
  return [
    ...tableLines(resultColumns(jobs.length), results, terminal),
    ...(trends.length > 0 ? ['', ...trends] : []),
  ];
};

const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Shows the newest results of the journal at a path, beside a running bridge or without one. Throws a `JournalError`. */
export const results = (path: string, options: ResultsOptions, terminal: Terminal): ExitCode => {
  const {job, sinceMs = 0, limit = Number.MAX_SAFE_INTEGER, json} = options;
  const journal = openExistingJournal(path);
  try {
    const range = {fromMs: sinceMs, toMs: latestMs, ...(job !== undefined && {job})};
    const pages = pagesOf(journal, range, limit);
    if (json) {
      for (const rows of pages) for (const {id, result} of rows) write(JSON.stringify({id, ...result}));
      return exitCode.good;
    }
    const found = [...pages].flatMap((rows) => rows.map(({result}) => result));
    if (found.length === 0) write('no results');
    else show(found, terminal).forEach(write);
    return exitCode.good;
  } finally {
    journal.close();
  }
};

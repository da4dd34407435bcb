import {duration} from '../quantity.ts';
import {type ExitCode, exitCode} from './exit-code.ts';
import {printable} from './printable.ts';
import {
  askStatus,
  type BridgeStatus,
  type ShownDestination,
  type ShownJob,
  type ShownResult,
} from './status-client.ts';
import {type Cell, type Column, tableLines} from './table.ts';
import type {Terminal} from './terminal.ts';
import {formatMs, formatRate} from './units.ts';

export interface StatusOptions {
  /** Where the bridge is reached. */
  readonly url: string;
  /** A bearer token. */
  readonly token?: string;
  readonly json: boolean;
}

const resultCell = ({status, healthy, measurement, failure, skip}: ShownResult): Cell => {
  const {download, upload, ping} = measurement ?? {};
  const trouble = failure ?? skip;
  if (trouble !== undefined) {
    const text = printable(`${status}: ${trouble.reason}`);
    return {text, colour: failure === undefined ? 'dim' : 'red'};
  }
  const parts = [
    download && `${formatRate(download.bytesPerSecond)} down`,
    upload && `${formatRate(upload.bytesPerSecond)} up`,
    ping && formatMs(ping.latencyMs),
    healthy === false && 'unhealthy',
  ].filter((part) => typeof part === 'string');
  return {text: parts.join(', '), colour: healthy === false ? 'yellow' : 'green'};
};

const jobColumns = (nowMs: number): readonly Column<ShownJob>[] => [
  {title: 'Job', cell: ({name}) => ({text: printable(name)})},
  {
    title: 'Next run',
    cell: ({running, nextRunAtMs}) => {
      if (running) return {text: 'running', colour: 'yellow'};
      return {text: nextRunAtMs === undefined ? 'none' : `in ${duration(nextRunAtMs - nowMs)}`};
    },
  },
  {
    title: 'Tested',
    cell: ({newest}) => ({
      text: newest === undefined ? 'never' : `${duration(nowMs - newest.endedAtMs)} ago`,
    }),
    givesWay: 1,
  },
  {
    title: 'Newest result',
    cell: ({newest}) => (newest === undefined ? {text: '–', colour: 'dim'} : resultCell(newest)),
    givesWay: 2,
  },
];

const destinationColumns = (nowMs: number): readonly Column<ShownDestination>[] => [
  {title: 'Destination', cell: ({name}) => ({text: printable(name)})},
  {
    title: 'Waiting',
    cell: ({lag, waitingSinceMs}) => ({
      text: waitingSinceMs === undefined ? String(lag) : `${lag} for ${duration(nowMs - waitingSinceMs)}`,
    }),
  },
  {title: 'Rejected', cell: ({rejected}) => ({text: String(rejected)}), align: 'right', givesWay: 1},
  {
    title: 'Last error',
    cell: ({failure}) =>
      failure === undefined
        ? {text: 'none', colour: 'green'}
        : {text: `${duration(nowMs - failure.atMs)} ago: ${printable(failure.cause)}`, colour: 'red'},
    givesWay: 2,
  },
];

const linesOf = (
  {jobs, destinations}: BridgeStatus,
  nowMs: number,
  terminal: Terminal,
): readonly string[] => [
  ...(jobs.length === 0 ? ['no jobs'] : tableLines(jobColumns(nowMs), jobs, terminal)),
  '',
  ...(destinations.length === 0
    ? ['no destinations']
    : tableLines(destinationColumns(nowMs), destinations, terminal)),
];

/** Shows how a running bridge is. Rejects with a `StatusError` where it can't be asked. */
export const status = async (
  {url, token, json}: StatusOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const found = await askStatus(url, token, signal);
  const lines = json ? [JSON.stringify(found.raw, undefined, 2)] : linesOf(found, Date.now(), terminal);
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCode.good;
};

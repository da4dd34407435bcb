import type {Config} from '../config/schema.ts';
import type {Journal, QueueStatus} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {duration} from '../quantity.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {exportRejected} from './rejected-export.ts';

export type QueueAction =
  | {readonly action: 'status' | 'rejected'; readonly destination?: string}
  | {readonly action: 'retry'; readonly destination?: string; readonly result?: number}
  | {readonly action: 'export'; readonly destination?: string; readonly output: string};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const time = (ms: number): string => new Date(ms).toISOString();

const statusLines = (name: string, status: QueueStatus | undefined, nowMs: number): readonly string[] => {
  if (status === undefined) return [name, '  not started yet'];
  const {cursor, lag, waitingSinceMs, rejected, retrying, failure} = status;
  const waits = waitingSinceMs === undefined ? '' : `, the oldest for ${duration(nowMs - waitingSinceMs)}`;
  const again = retrying === 0 ? '' : `, ${retrying} of them to be sent again`;
  return [
    name,
    `  position    result ${cursor}`,
    `  waiting     ${lag} results${waits}`,
    `  rejected    ${rejected + retrying}${again}`,
    ...(failure === undefined
      ? []
      : [`  last error  ${time(failure.atMs)} ${failure.cause}`, `  next try    ${time(failure.nextTryMs)}`]),
  ];
};

const chosen = (config: Config, only: string | undefined): readonly string[] => {
  const names = [...config.remote_write, ...config.pushgateway].map(({name}) => name);
  if (only === undefined) return names;
  if (!names.includes(only)) {
    throw new UsageError(
      `no destination is called "${only}": the configuration has ${names.join(', ') || 'none'}`,
    );
  }
  return [only];
};

const showRejected = (journal: Journal, names: readonly string[]): void => {
  for (const name of names) {
    for (const {resultId, cause, atMs} of journal.rejections(name)) {
      const row = journal.result(resultId);
      const test =
        row === undefined ? 'no longer kept' : `${row.result.job} of ${time(row.result.endedAtMs)}`;
      say(`${name}: result ${resultId} (${test}), rejected ${time(atMs)}: ${cause}`);
    }
  }
};

const retry = (journal: Journal, names: readonly string[], result: number | undefined): void => {
  for (const name of names) say(`${name}: ${journal.retryRejected(name, result)} results will be sent again`);
};

/** Shows and changes what waits for destinations, beside a running bridge or without one. */
export const queue = async (config: Config, request: QueueAction): Promise<ExitCode> => {
  const names = chosen(config, request.destination);
  const journal = openJournal(config.storage.path);
  try {
    switch (request.action) {
      case 'status':
        for (const name of names) statusLines(name, journal.status(name), Date.now()).forEach(say);
        break;
      case 'rejected':
        showRejected(journal, names);
        break;
      case 'retry':
        retry(journal, names, request.result);
        break;
      case 'export':
        await exportRejected(config, journal, names, request.output);
        break;
      default:
        request satisfies never;
    }
    return exitCode.good;
  } finally {
    journal.close();
  }
};

import {writeFileSync} from 'node:fs';
import type {Config} from '../config/schema.ts';
import {encodeOpenMetrics, type TimedSample} from '../exposition/openmetrics.ts';
import type {Journal, QueueStatus} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {mappingOf} from '../outputs.ts';
import {relabel} from '../relabel/relabel.ts';
import {createSentLabels, type SentLabels} from '../remote-write/labels.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';

export type QueueAction =
  | {readonly action: 'status' | 'rejected'; readonly destination?: string}
  | {readonly action: 'retry'; readonly destination?: string; readonly result?: number}
  | {readonly action: 'export'; readonly destination?: string; readonly output: string};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const time = (ms: number): string => new Date(ms).toISOString();

const age = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
};

const statusLines = (name: string, status: QueueStatus | undefined, nowMs: number): readonly string[] => {
  if (status === undefined) return [name, '  not started yet'];
  const {cursor, lag, waitingSinceMs, rejected, retrying, failure} = status;
  const waits = waitingSinceMs === undefined ? '' : `, the oldest for ${age(nowMs - waitingSinceMs)}`;
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

/** The labels with which a destination gets its series. */
const sentLabelsOf = ({labels, remote_write: destinations}: Config, name: string): SentLabels => {
  const rules = destinations.find((destination) => destination.name === name)?.writeRelabelConfigs ?? [];
  return createSentLabels(Object.entries(labels), (complete) => relabel(complete, rules));
};

/** The rejected results' samples as remote write would have sent them; once, where several destinations refused them. */
const rejectedSamples = (
  config: Config,
  journal: Journal,
  names: readonly string[],
): readonly TimedSample[] => {
  const map = mappingOf(config);
  const samples = new Map<string, TimedSample & {readonly timestampMs: number}>();
  for (const destination of names) {
    const sentLabels = sentLabelsOf(config, destination);
    const rows = journal.rejections(destination).flatMap(({resultId}) => journal.result(resultId) ?? []);
    for (const row of rows) {
      const timestampMs = row.result.endedAtMs;
      for (const {name: metric, labels: own, help, unit, value} of map(row)) {
        const sent = sentLabels(metric, own) ?? [];
        const name = sent.find(([label]) => label === '__name__')?.[1];
        const key = JSON.stringify([timestampMs, sent]);
        if (name === undefined || samples.has(key)) continue;
        const labels = sent.filter(([label]) => label !== '__name__');
        samples.set(key, {name, help, unit, labels, value, timestampMs});
      }
    }
  }
  return [...samples.values()].sort((a, b) => a.timestampMs - b.timestampMs);
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
export const queue = (config: Config, request: QueueAction): ExitCode => {
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
      case 'export': {
        const text = encodeOpenMetrics(rejectedSamples(config, journal, names));
        if (request.output === '-') process.stdout.write(text);
        else writeFileSync(request.output, text);
        break;
      }
      default:
        request satisfies never;
    }
    return exitCode.good;
  } finally {
    journal.close();
  }
};

import {type Naming, statusNamed} from '../metrics/names.ts';
import {acrossInfo, acrossResults, infoOfLine, onLine} from '../promql/line.ts';
import {type directions, recorded, resultWindow} from './lines.ts';
import type {AlertingRule} from './rule.ts';

/** What the lines should reach. */
export interface PromisedRates {
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
}

// Hourly tests are what these times are for: longer ones for rarer tests, shorter ones to hear of it sooner.
const noResultHours = 3;
const failingSeconds = 90 * 60;
const severalResults = '4h';
const promisedShare = 0.8;
const loadedLatencySeconds = 0.2;
const packetLossRatio = 0.01;

const severity = {severity: 'warning'} as const;
/** The lines that have had results of a kind. */
const linesWith = (matcher: string, naming: Naming): string =>
  infoOfLine(`last_over_time(${statusNamed('result_info', naming)}{${matcher}}[${resultWindow}])`);

/** Holds for lines of which at least three tests have completed in the time that `severalResults` says. */
const severalCompleted = `changes(${recorded.succeeded}[${severalResults}]) >= 2`;

const slow = (direction: (typeof directions)[number], bytesPerSecond: number): AlertingRule => ({
  alert: direction === 'download' ? 'SpeedtestSlowDownload' : 'SpeedtestSlowUpload',
  expr:
    `max_over_time(${recorded.rate}{direction="${direction}"}[${severalResults}]) < ${promisedShare} * ${bytesPerSecond * 8}\n` +
    `and ignoring (direction) ${severalCompleted}`,
  labels: severity,
  annotations: {
    summary: `The ${direction} of {{ $labels.instance }} stays below ${promisedShare * 100} % of the promised rate`,
    description: `The best of at least three results in ${severalResults} was {{ $value | humanize }}bit/s.`,
  },
});

/** The alerts of lines. All but the first read what `recordingRules` record. */
export const lineAlerts = (naming: Naming, promised: PromisedRates): readonly AlertingRule[] => [
  {
    alert: 'SpeedtestNoResult',
    // Two days, for an alert should not end while its cause lasts; after that the line is taken to be gone.
    expr: `time() - max ${acrossResults} (last_over_time(${statusNamed('result_timestamp_seconds', naming)}[2d])) > ${noResultHours} * 3600`,
    labels: severity,
    annotations: {
      summary: 'No new speed test result of {{ $labels.instance }}',
      description: 'The newest one ended {{ $value | humanizeDuration }} ago.',
    },
  },
  {
    alert: 'SpeedtestFailing',
    expr:
      `(${recorded.success} == 0 unless ${recorded.ended} - ${recorded.succeeded} <= ${failingSeconds})\n` +
      // A test that was skipped, for its budget or because the machine slept, has not failed.
      `and ${onLine} ${linesWith('status="failed"', naming)}`,
    for: '5m',
    labels: severity,
    annotations: {
      summary: 'The speed tests of {{ $labels.instance }} fail',
      description: `The newest one failed, and none has completed in the ${failingSeconds / 60} minutes before it. The labels failure and reason of ${statusNamed('result_info', naming)} say why.`,
    },
  },
  slow('download', promised.downloadBytesPerSecond),
  slow('upload', promised.uploadBytesPerSecond),
  {
    alert: 'SpeedtestHighLatencyUnderLoad',
    expr:
      `min_over_time(${recorded.loadedLatency}[${severalResults}]) > ${loadedLatencySeconds}\n` +
      `and ignoring (direction) ${severalCompleted}`,
    labels: severity,
    annotations: {
      summary:
        'The latency of {{ $labels.instance }} is high while the {{ $labels.direction }} loads the line',
      description: `The lowest of at least three results in ${severalResults} was {{ $value | humanizeDuration }}.`,
    },
  },
  {
    alert: 'SpeedtestPacketLoss',
    expr: `min_over_time(${recorded.packetLoss}[${severalResults}]) > ${packetLossRatio}\nand ${severalCompleted}`,
    labels: severity,
    annotations: {
      summary: '{{ $labels.instance }} loses packets',
      description: `The lowest loss of at least three results in ${severalResults} was {{ $value | humanizePercentage }}.`,
    },
  },
  {
    alert: 'SpeedtestBudgetUsedUp',
    expr: `max ${acrossInfo} (last_over_time(${statusNamed('result_info', naming)}{failure="skipped-budget"}[${resultWindow}]))`,
    labels: {severity: 'info'},
    annotations: {
      summary: 'The data budget of {{ $labels.job_name }} of {{ $labels.instance }} is used up',
      description: 'Tests are skipped until the next month begins.',
    },
  },
];

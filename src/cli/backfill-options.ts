import {parseReplay} from '../config/destination/replay.ts';
import {parseDuration} from '../duration.ts';
import {UsageError} from './exit-code.ts';

/** The flags of the command `backfill` as they were given. */
export interface BackfillFlags {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly rate: string;
  readonly output: string | undefined;
}

export interface BackfillOptions {
  /** The destination's name; the only one where none is named. */
  readonly to?: string;
  /** The results that ended from then on, Unix milliseconds. */
  readonly fromMs: number;
  /** And before then. */
  readonly untilMs: number;
  readonly resultsPerSecond: number;
  /** An OpenMetrics file to write in place of sending anything. */
  readonly output?: string;
}

const readTime = (flag: string, text: string, nowMs: number): number => {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return Math.max(0, nowMs - agoMs);
  const time = parseReplay(text);
  if (time?.kind === 'since') return time.ms;
  throw new UsageError(
    `--${flag} ${JSON.stringify(text)}: expected a date such as 2026-01-31, a time such as 2026-01-31T12:00:00Z, or how long ago, such as 30d`,
  );
};

const readRate = (text: string): number => {
  const digits = /^(\d{1,6})\/s$/.exec(text)?.[1] ?? '0';
  const rate = Number.parseInt(digits, 10);
  if (rate > 0) return rate;
  throw new UsageError(`--rate ${JSON.stringify(text)}: expected results per second, such as 100/s`);
};

/** Reads them. Throws a `UsageError`. */
export const backfillOptions = (
  {to, from, until, rate, output}: BackfillFlags,
  nowMs: number,
): BackfillOptions => {
  const fromMs = from === undefined ? 0 : readTime('from', from, nowMs);
  // What ends meanwhile is delivered as ever.
  const untilMs = until === undefined ? nowMs : readTime('until', until, nowMs);
  if (fromMs >= untilMs) throw new UsageError('--from: is not before --until');
  return {
    fromMs,
    untilMs,
    resultsPerSecond: readRate(rate),
    ...(to !== undefined && {to}),
    ...(output !== undefined && {output}),
  };
};

import {parseDuration} from '../duration.ts';
import {UsageError} from './exit-code.ts';
import type {ResultsOptions} from './results.ts';

/** The flags of the command `results` as they were given. */
export interface ResultsFlags {
  readonly job: string | undefined;
  readonly since: string | undefined;
  readonly limit: string | undefined;
  readonly json: boolean;
}

const usualLimit = 20;

const readSince = (text: string, nowMs: number): number => {
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new UsageError(`--since ${JSON.stringify(text)}: expected a duration such as 12h or 7d`);
  return Math.max(0, nowMs - ms);
};

const readLimit = (text: string): number => {
  const limit = /^\d{1,9}$/.test(text) ? Number.parseInt(text, 10) : 0;
  if (limit === 0) throw new UsageError(`--limit ${JSON.stringify(text)}: expected a whole number from 1`);
  return limit;
};

/** Reads them. Throws a `UsageError`. */
export const resultsOptions = ({job, since, limit, json}: ResultsFlags, nowMs: number): ResultsOptions => {
  const most = limit === undefined ? (since === undefined ? usualLimit : undefined) : readLimit(limit);
  return {
    json,
    ...(job !== undefined && {job}),
    ...(since !== undefined && {sinceMs: readSince(since, nowMs)}),
    ...(most !== undefined && {limit: most}),
  };
};

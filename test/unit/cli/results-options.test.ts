import {expect, it} from 'vitest';
import {UsageError} from '../../../src/cli/exit-code.ts';
import {resultsOptions} from '../../../src/cli/results-options.ts';

const none = {job: undefined, since: undefined, limit: undefined, json: false};
const nowMs = 1e12;

it.each([
  [{}, {limit: 20}],
  [{since: '1h30m'}, {sinceMs: nowMs - 5_400_000}],
  [{since: '100y'}, {sinceMs: 0}],
  [
    {since: '7d', limit: '3', job: 'wan'},
    {sinceMs: nowMs - 7 * 86_400_000, limit: 3, job: 'wan'},
  ],
])('%j are read', (given, options) => {
  expect(resultsOptions({...none, ...given}, nowMs)).toEqual({json: false, ...options});
});

it.each([
  [{since: '7'}, '--since "7": expected a duration such as 12h or 7d'],
  [{limit: '0'}, '--limit "0": expected a whole number from 1'],
  [{limit: '1e3'}, '--limit "1e3": expected a whole number from 1'],
])('%j are refused', (given, message) => {
  expect(() => resultsOptions({...none, ...given}, nowMs)).toThrow(new UsageError(message));
});

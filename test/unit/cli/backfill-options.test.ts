import {expect, it} from 'vitest';
import {backfillOptions} from '../../../src/cli/backfill-options.ts';

const nowMs = Date.parse('2026-06-01T00:00:00Z');
const none = {to: undefined, from: undefined, until: undefined, rate: '500/s', output: undefined};

it('is everything until now, unless told otherwise', () => {
  expect(backfillOptions(none, nowMs)).toEqual({fromMs: 0, untilMs: nowMs, resultsPerSecond: 500});
});

it('takes dates, times and how long ago', () => {
  const given = {...none, to: 'store', from: '30d', until: '2026-05-31T12:00:00+02:00', output: 'x.om'};
  expect(backfillOptions(given, nowMs)).toEqual({
    to: 'store',
    output: 'x.om',
    fromMs: Date.parse('2026-05-02T00:00:00Z'),
    untilMs: Date.parse('2026-05-31T10:00:00Z'),
    resultsPerSecond: 500,
  });
  expect(backfillOptions({...none, from: '2026-01-31'}, nowMs).fromMs).toBe(Date.parse('2026-01-31'));
});

it.each([
  [{rate: '5'}, '--rate "5": expected results per second, such as 100/s'],
  [{rate: '0/s'}, '--rate "0/s": expected results per second, such as 100/s'],
  [{from: 'May'}, /^--from "May": expected a date such as 2026-01-31, a time such as /],
  [{until: 'all'}, /^--until "all": expected a date/],
  [{from: '1d', until: '2d'}, '--from: is not before --until'],
])('refuses %j', (flags, words) => {
  expect(() => backfillOptions({...none, ...flags}, nowMs)).toThrow(words);
});

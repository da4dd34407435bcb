import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createSchedule, cronProblem, shortestGapMs} from '../../../src/scheduler/schedule.ts';
import {isTimeZone} from '../../../src/scheduler/zone.ts';

/** The runs after an instant, as UTC. */
const runs = (expression: string, timeZone: string, after: string, count: number): string[] => {
  const schedule = createSchedule(expression, timeZone);
  const times: string[] = [];
  for (let atMs = Date.parse(after); times.length < count; ) {
    atMs = schedule.next(atMs);
    times.push(new Date(atMs).toISOString().replace(':00.000Z', 'Z'));
  }
  return times;
};

describe('a schedule', () => {
  it.each([
    ['7 * * * *', 'UTC', '2026-06-01T00:07:00Z', ['2026-06-01T01:07Z', '2026-06-01T02:07Z']],
    ['*/15 * * * *', 'UTC', '2026-06-01T00:44:59Z', ['2026-06-01T00:45Z', '2026-06-01T01:00Z']],
    ['30 6 * * *', 'Europe/Berlin', '2026-06-01T00:00:00Z', ['2026-06-01T04:30Z', '2026-06-02T04:30Z']],
    ['30 6 * * MON-FRI', 'UTC', '2026-06-05T12:00:00Z', ['2026-06-08T06:30Z', '2026-06-09T06:30Z']],
    ['0 12 L * *', 'UTC', '2026-02-01T00:00:00Z', ['2026-02-28T12:00Z', '2026-03-31T12:00Z']],
    ['0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['* * 29 2 *', 'UTC', '2026-03-01T00:00:00Z', ['2028-02-29T00:00Z', '2028-02-29T00:01Z']],
    ['@daily', 'Asia/Kolkata', '2026-06-01T00:00:00Z', ['2026-06-01T18:30Z', '2026-06-02T18:30Z']],
    ['15,45 8-10/2 * * *', 'UTC', '2026-06-01T08:20:00Z', ['2026-06-01T08:45Z', '2026-06-01T10:15Z']],
  ])('%s in %s after %s', (expression, timeZone, after, expected) => {
    expect(runs(expression, timeZone, after, expected.length)).toEqual(expected);
  });

  it('has seconds where the expression has six fields', () => {
    const schedule = createSchedule('*/20 * * * * *', 'UTC');
    expect(schedule.next(Date.parse('2026-06-01T00:00:20Z'))).toBe(Date.parse('2026-06-01T00:00:40Z'));
    expect(schedule.next(Date.parse('2026-06-01T00:00:59.5Z'))).toBe(Date.parse('2026-06-01T00:01:00Z'));
  });
});

describe('when clocks go forward', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-29T01:00Z', '2026-03-30T00:30Z']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:30Z']],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', ['2026-10-03T15:30Z', '2026-10-04T15:15Z']],
  ])('%s in %s runs at the change itself, once', (expression, timeZone, after, expected) => {
    expect(runs(expression, timeZone, after, expected.length)).toEqual(expected);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T00:00:00Z', ['00:07', '01:07', '02:07']],
    ['America/New_York', '2026-03-08T06:00:00Z', ['06:07', '07:07', '08:07']],
  ])('an hourly job in %s keeps its hours apart', (timeZone, after, expected) => {
    expect(runs('7 * * * *', timeZone, after, 3).map((time) => time.slice(11, 16))).toEqual(expected);
  });
});

describe('when clocks go back', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', ['2026-11-01T05:30Z', '2026-11-02T06:30Z']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z', ['2026-04-04T14:45Z', '2026-04-05T15:15Z']],
  ])('%s in %s runs once', (expression, timeZone, after, expected) => {
    expect(runs(expression, timeZone, after, expected.length)).toEqual(expected);
  });

  it.each([
    ['Europe/Berlin', '2026-10-24T23:00:00Z', ['23:07', '00:07', '01:07', '02:07']],
    ['America/New_York', '2026-11-01T04:00:00Z', ['04:07', '05:07', '06:07', '07:07']],
  ])('an hourly job in %s runs in both of the equal hours', (timeZone, after, expected) => {
    expect(runs('7 * * * *', timeZone, after, 4).map((time) => time.slice(11, 16))).toEqual(expected);
  });
});

it('always runs later than asked, at a minute that the expression names', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  const instants = fc.integer({min: Date.UTC(2020, 0), max: Date.UTC(2035, 0)});
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({min: 0, max: 59}),
      instants,
      (zone, minute, afterMs) => {
        const atMs = createSchedule(`${minute} * * * *`, zone).next(afterMs);
        const shown = new Intl.DateTimeFormat('en-US', {timeZone: zone, minute: 'numeric'}).format(atMs);
        expect(atMs).toBeGreaterThan(afterMs);
        expect(Number.parseInt(shown, 10)).toBe(minute);
        // Lord Howe moves its clocks by half an hour: the longest wait is an hour and a half.
        expect(atMs - afterMs).toBeLessThanOrEqual(5_400_000);
      },
    ),
    {numRuns: 300},
  );
});

it.each(['x', '61 * * * *', '* * * *', '', '0 0 31 2 *', '* * * * * * *'])('refuses %j', (expression) => {
  expect(cronProblem(expression)).toBeTypeOf('string');
});

it.each(['7 * * * *', '@hourly', '0 0 15W * *', '*/30 * * * * *'])('accepts %j', (expression) => {
  expect(cronProblem(expression)).toBeUndefined();
});

it.each([
  ['* * * * *', 60],
  ['*/15 * * * *', 900],
  ['*/25 * * * *', 600],
  ['7 * * * *', 3600],
  ['30 6 * * *', 86_400],
  ['0 23,1 * * *', 7200],
  ['50 23 * * *', 86_400],
  ['0,50 0,23 * * *', 600],
  ['0,5 3 1 1 *', 300],
  ['*/20 * * * * *', 20],
  ['@weekly', 86_400],
])('%s runs every %i s at the most', (expression, seconds) => {
  expect(shortestGapMs(expression)).toBe(seconds * 1000);
});

it('knows time zones', () => {
  expect(isTimeZone('Europe/Berlin')).toBe(true);
  expect(isTimeZone('Europe/Atlantis')).toBe(false);
  expect(isTimeZone('')).toBe(false);
});

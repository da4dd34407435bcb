import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createClock, type ReadTime} from '../../../src/import/clock.ts';
import {SourceError} from '../../../src/import/source-error.ts';
import {instantsOf, wallTimeAt} from '../../../src/scheduler/zone.ts';

const at = (iso: string): ReadTime => ({ok: true, ms: Date.parse(iso)});

const berlin = () => createClock('FILE', 'Europe/Berlin');

const shownAt = (ms: number, zone: string): string => {
  const {year, ...rest} = wallTimeAt(ms, zone);
  const [month, day, hour, minute, second] = [rest.month, rest.day, rest.hour, rest.minute, rest.second].map(
    (part) => String(part).padStart(2, '0'),
  );
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
};

describe('a clock', () => {
  it('reads times in its zone, summer and winter', () => {
    const clock = berlin();
    expect(clock('2026-01-15 12:00:00')).toEqual(at('2026-01-15T11:00:00Z'));
    expect(clock('2026-07-15 12:00:00')).toEqual(at('2026-07-15T10:00:00Z'));
    expect(createClock('FILE', 'UTC')('2026-07-15 12:00:00')).toEqual(at('2026-07-15T12:00:00Z'));
  });

  it('reads a time that names its zone by that', () => {
    const clock = createClock('FILE', undefined);
    expect(clock('2026-03-01T06:07:42Z')).toEqual(at('2026-03-01T06:07:42Z'));
    expect(clock('2016-06-09T21:35:05.993012Z')).toEqual(at('2016-06-09T21:35:05.993Z'));
    expect(clock('2026-03-01T06:07:42+05:30')).toEqual(at('2026-03-01T00:37:42Z'));
    expect(clock('2026-03-01 06:07:42-0400')).toEqual(at('2026-03-01T10:07:42Z'));
  });

  it('asks for a zone where there is none', () => {
    const read = () => createClock('results.csv', undefined)('2026-03-01 06:07:42');
    expect(read).toThrow(SourceError);
    expect(read).toThrow(
      'results.csv has times without a zone, such as 2026-03-01 06:07:42: say with --timezone where that clock is, such as UTC or Europe/Berlin',
    );
  });

  it('tells the two hours apart that have the same times, by the order of the times', () => {
    const clock = berlin();
    const read = ['01:37:00', '02:07:00', '02:37:00', '02:07:00', '02:37:00', '03:07:00'].map((time) =>
      clock(`2026-10-25 ${time}`),
    );
    expect(read).toEqual(
      [
        '2026-10-24T23:37:00Z',
        '2026-10-25T00:07:00Z',
        '2026-10-25T00:37:00Z',
        '2026-10-25T01:07:00Z',
        '2026-10-25T01:37:00Z',
        '2026-10-25T02:07:00Z',
      ].map(at),
    );
  });

  it('tells two tests of the same minute apart, an hour from each other', () => {
    const clock = berlin();
    expect(clock('2026-10-25 02:07:00')).toEqual(at('2026-10-25T00:07:00Z'));
    expect(clock('2026-10-25 02:07:00')).toEqual(at('2026-10-25T01:07:00Z'));
  });

  it('does not make up an instant for a time that never was', () => {
    expect(berlin()('2026-03-29 02:30:00')).toEqual({
      ok: false,
      problem: '2026-03-29 02:30:00 never was in Europe/Berlin: is that the right --timezone?',
    });
  });

  it.each(['', 'yesterday', '2026-02-30 00:00:00', '2026-01-01 24:00:00', '2026-01-01', '0'])(
    'takes %j for no time',
    (text) => {
      expect(berlin()(text)).toMatchObject({ok: false});
    },
  );

  it('reads what clocks of any zone show, in order, at any time', () => {
    const zones = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const seconds = fc.integer({min: Date.UTC(2010, 0) / 1000, max: Date.UTC(2040, 0) / 1000});
    fc.assert(
      fc.property(fc.constantFrom(...zones), seconds, fc.integer({min: 1, max: 40}), (zone, start, count) => {
        // Where the first one is in an hour that comes twice, nothing tells in which of the two.
        fc.pre(instantsOf(wallTimeAt(start * 1000, zone), zone).length === 1);
        const times = Array.from({length: count}, (_, index) => (start + index * 1800) * 1000);
        const clock = createClock('FILE', zone);
        expect(times.map((ms) => clock(shownAt(ms, zone)))).toEqual(times.map((ms) => ({ok: true, ms})));
      }),
      {numRuns: 100},
    );
  });
});

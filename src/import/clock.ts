import {instantsOf, type WallTime, wallTimeAt} from '../scheduler/zone.ts';
import {SourceError} from './source-error.ts';

/** A time in Unix milliseconds, or why a text is none. */
export type ReadTime =
  | {readonly ok: true; readonly ms: number}
  | {readonly ok: false; readonly problem: string};

/** Reads the times of a source, to be asked for them in the order in which they were written. */
export type Clock = (text: string) => ReadTime;

const form = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z)|([+-])(\d\d):?(\d\d))?$/;

const int = (digits: string | undefined): number => Number.parseInt(digits ?? '0', 10);

interface Parsed {
  readonly wall: WallTime;
  readonly utcMs: number;
  /** Undefined where the text names no zone. */
  readonly offsetMs: number | undefined;
}

const parse = (text: string): Parsed | undefined => {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, utc, sign, offsetHours, offsetMinutes] = found;
  const wall = {
    year: int(year),
    month: int(month),
    day: int(day),
    hour: int(hour),
    minute: int(minute),
    second: int(second),
  };
  const wholeMs = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  // Another text where a month has no such day, or a day no such hour.
  if (new Date(wholeMs).toISOString().slice(0, 19) !== `${text.slice(0, 10)}T${text.slice(11, 19)}`)
    return undefined;
  const offset = (int(offsetHours) * 60 + int(offsetMinutes)) * 60_000;
  const hasZone = utc !== undefined || sign !== undefined;
  return {
    wall,
    utcMs: wholeMs + Math.trunc(Number.parseFloat(`0${fraction ?? ''}`) * 1000),
    offsetMs: hasZone ? (sign === '-' ? -offset : offset) : undefined,
  };
};

const dayMs = 86_400_000;

/**
 * A clock that reads `2026-03-01 06:07:42` in an IANA time zone, and what names its own zone (`2026-03-01T06:07:42Z`) by
 * that. A time that comes twice, when clocks go back, is its second occurrence if the first one is not after the time read
 * before. One that never came, when they go forward, is a problem: it tells of a wrong zone.
 *
 * It throws a `SourceError` for a time without a zone where there is none to read it in.
 * @param what the source, for the message.
 */
export const createClock = (what: string, timeZone: string | undefined): Clock => {
  // What the clock is ahead of UTC by at the start of a day; undefined while it changes. To ask for it takes some 20 µs.
  const offsets = new Map<number, number | undefined>();
  const offsetOn = (day: number, zone: string): number | undefined => {
    if (!offsets.has(day)) {
      const [first, second] = instantsOf(wallTimeAt(day * dayMs, 'UTC'), zone);
      offsets.set(day, first === undefined || second !== undefined ? undefined : day * dayMs - first);
    }
    return offsets.get(day);
  };
  /** What it is ahead by all day long; undefined near days on which that changes. */
  const steadyOffset = (utcMs: number, zone: string): number | undefined => {
    const day = Math.floor(utcMs / dayMs);
    const before = offsetOn(day - 1, zone);
    return before === offsetOn(day + 2, zone) ? before : undefined;
  };

  let lastMs = Number.NEGATIVE_INFINITY;
  const inZone = (text: string, {wall, utcMs}: Parsed, zone: string): ReadTime => {
    const offset = steadyOffset(utcMs, zone);
    const [first, second] = offset === undefined ? instantsOf(wall, zone) : [utcMs - offset];
    if (first === undefined)
      return {ok: false, problem: `${text} never was in ${zone}: is that the right --timezone?`};
    const ms = second !== undefined && first <= lastMs ? second : first;
    lastMs = ms;
    return {ok: true, ms};
  };

  return (text) => {
    const parsed = parse(text);
    if (parsed === undefined) return {ok: false, problem: `${JSON.stringify(text.slice(0, 40))} is no time`};
    if (parsed.offsetMs !== undefined) return {ok: true, ms: parsed.utcMs - parsed.offsetMs};
    if (timeZone === undefined) {
      throw new SourceError(
        'unusable',
        `${what} has times without a zone, such as ${text}: say with --timezone where that clock is, such as UTC or Europe/Berlin`,
      );
    }
    return inZone(text, parsed, timeZone);
  };
};

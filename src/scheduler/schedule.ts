import {createTask, parse, validateDetailed} from 'node-cron';
import {instantOf, type WallTime, wallTimeAt} from './zone.ts';

/** When a job runs: a cron expression read in a time zone. */
export interface Schedule {
  readonly expression: string;
  readonly timeZone: string;
  /** The first run strictly after `afterMs` (Unix milliseconds). */
  next(afterMs: number): number;
}

/** The problem with a cron expression in words, or undefined where there is none. */
export const cronProblem = (expression: string): string | undefined => {
  const {valid, errors} = validateDetailed(expression);
  if (valid) return undefined;
  return errors.map(({message}) => message).join('; ') || 'no cron expression';
};

/**
 * The shortest time between two runs of a cron expression that follow each other, in milliseconds, changes of clocks
 * aside. Throws when the expression is invalid; see `cronProblem`.
 */
export const shortestGapMs = (expression: string): number => {
  const {hour, minute, second} = parse(expression);
  const times = hour
    .flatMap((h) => minute.flatMap((m) => second.map((s) => ((h * 60 + m) * 60 + s) * 1000)))
    .sort((a, b) => a - b);
  // The first run of the next day follows the last one, where both days have runs.
  const gaps = times.map((atMs, index) => (times[index + 1] ?? dayMs + (times[0] ?? 0)) - atMs);
  return gaps.reduce((shortest, gap) => Math.min(shortest, gap), dayMs);
};

const dayMs = 86_400_000;
const minuteMs = 60_000;
// A leap day can be eight years away (1896 to 1904, 2096 to 2104), plus one for safety.
const horizonDays = 9 * 366;

const dayStart = ({year, month, day}: WallTime): number => Date.UTC(year, month - 1, day);

const minuteOf = (wall: WallTime): number => dayStart(wall) / minuteMs + wall.hour * 60 + wall.minute;

const onDay = (dayStartMs: number, hour: number, minute: number, second: number): WallTime => {
  const date = new Date(dayStartMs);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour,
    minute,
    second,
  };
};

/**
 * Reads a cron expression (five fields, or six with seconds first) in an IANA time zone.
 * Daylight saving as in Vixie cron: a job of every hour follows elapsed time, so that it runs in the hour that comes
 * twice both times; a job of fixed hours runs once a day, at the change itself where its time is skipped. So does a job
 * of every hour where clocks skip but half of one.
 * Throws when the expression is invalid; see `cronProblem`.
 */
export const createSchedule = (expression: string, timeZone: string): Schedule => {
  const fields = parse(expression);
  const everyHour = fields.hour.length === 24;
  const ascending = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
  const [hours, minutes, seconds] = [
    ascending(fields.hour),
    ascending(fields.minute),
    ascending(fields.second),
  ];
  // node-cron knows L, W, # and the nicknames: its answer for the first run of a day is its answer for the day.
  const task = createTask(expression, () => undefined, {timezone: 'UTC'});
  const firstRunMs = (((hours[0] ?? 0) * 60 + (minutes[0] ?? 0)) * 60 + (seconds[0] ?? 0)) * 1000;
  const matchesDay = (dayStartMs: number): boolean => task.match(new Date(dayStartMs + firstRunMs));

  /** Whether clocks that go forward from one minute to another leave out one of the expression's, yet no whole hour. */
  const skipsOne = (from: number, to: number): boolean =>
    to - from < 60 && minutes.some((minute) => (minute - (from % 60) + 60) % 60 < to - from);

  const nextOfEveryHour = (afterMs: number): number => {
    const lastMs = afterMs + horizonDays * dayMs;
    let lastMinute: number | undefined;
    for (let minuteStart = Math.floor(afterMs / minuteMs) * minuteMs; minuteStart < lastMs; ) {
      const wall = wallTimeAt(minuteStart, timeZone);
      if (!matchesDay(dayStart(wall))) {
        minuteStart = instantOf(onDay(dayStart(wall) + dayMs, 0, 0, 0), timeZone);
        lastMinute = undefined;
        continue;
      }
      if (lastMinute !== undefined && skipsOne(lastMinute + 1, minuteOf(wall))) return minuteStart;
      lastMinute = minuteOf(wall);
      if (minutes.includes(wall.minute)) {
        for (const second of seconds) {
          const atMs = minuteStart + second * 1000;
          if (atMs > afterMs) return atMs;
        }
      }
      minuteStart += minuteMs;
    }
    throw new Error(`schedule "${expression}" never runs`);
  };

  const nextOfFixedHours = (afterMs: number): number => {
    const firstDay = dayStart(wallTimeAt(afterMs, timeZone));
    for (let day = 0; day < horizonDays; day += 1) {
      const dayStartMs = firstDay + day * dayMs;
      if (!matchesDay(dayStartMs)) continue;
      for (const hour of hours) {
        for (const minute of minutes) {
          for (const second of seconds) {
            const atMs = instantOf(onDay(dayStartMs, hour, minute, second), timeZone);
            if (atMs > afterMs) return atMs;
          }
        }
      }
    }
    throw new Error(`schedule "${expression}" never runs`);
  };

  return {expression, timeZone, next: everyHour ? nextOfEveryHour : nextOfFixedHours};
};

/** A calendar time without a zone, as a clock on the wall shows it. `month` is 1 to 12. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const formatFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
};

/** The time zone of this machine. */
export const systemTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Whether the runtime knows the IANA time zone. */
export const isTimeZone = (timeZone: string): boolean => {
  try {
    formatFor(timeZone);
    return true;
  } catch {
    return false;
  }
};

/** What a clock in `timeZone` shows at the instant `atMs` (Unix milliseconds). */
export const wallTimeAt = (atMs: number, timeZone: string): WallTime => {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(atMs)
      .map(({type, value}) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number.parseInt(parts.get(type) ?? '', 10);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
};

const asUtcMs = (wall: WallTime): number =>
  Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);

const offsetMs = (atMs: number, timeZone: string): number => {
  const wholeSecond = Math.floor(atMs / 1000) * 1000;
  return asUtcMs(wallTimeAt(wholeSecond, timeZone)) - wholeSecond;
};

const dayMs = 86_400_000;

/**
 * The instants (Unix milliseconds) at which a clock in `timeZone` shows `wall`, in order: two where clocks go back over it,
 * none where they go forward over it.
 */
export const instantsOf = (wall: WallTime, timeZone: string): readonly number[] => {
  const utcMs = asUtcMs(wall);
  const offsets = new Set([offsetMs(utcMs - dayMs, timeZone), offsetMs(utcMs + dayMs, timeZone)]);
  return [...offsets]
    .sort((a, b) => b - a)
    .map((offset) => utcMs - offset)
    .filter((atMs) => offsetMs(atMs, timeZone) === utcMs - atMs);
};

/**
 * The instant (Unix milliseconds) at which a clock in `timeZone` shows `wall`.
 * A time that comes twice, when clocks go back, is its first occurrence; one that never comes, when they go forward,
 * is the moment of the change.
 */
export const instantOf = (wall: WallTime, timeZone: string): number => {
  const [first] = instantsOf(wall, timeZone);
  if (first !== undefined) return first;
  // In the gap: search the change between an instant before it and one after it.
  const utcMs = asUtcMs(wall);
  const before = offsetMs(utcMs - dayMs, timeZone);
  const after = offsetMs(utcMs + dayMs, timeZone);
  let [low, high] = [utcMs - Math.max(before, after), utcMs - Math.min(before, after)];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetMs(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
};

/** The top of an axis that begins at 0: a round number with some room above the highest value. */
export const axisTop = (highest: number, atLeast: number): number => {
  const wanted = Math.max(highest * 1.08, atLeast);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((each) => each * power >= wanted) ?? 10;
  return digit * power;
};

const dayS = 86_400;

/** Formats of the viewer's own zone; the zone is a parameter for tests. */
export const timeLabels = (
  timesS: readonly number[],
  stepS: number,
  {locale, timeZone}: {readonly locale?: string; readonly timeZone?: string} = {},
): readonly string[] => {
  const formatter = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, {...options, ...(timeZone !== undefined && {timeZone})});
  const [clock, day, month] = [
    formatter({hour: '2-digit', minute: '2-digit', hourCycle: 'h23'}),
    formatter({day: 'numeric', month: 'short'}),
    formatter({month: 'short', year: 'numeric'}),
  ];
  if (stepS >= 28 * dayS) return timesS.map((time) => month.format(time * 1000));
  const days = timesS.map((time) => day.format(time * 1000));
  if (stepS >= dayS) return days;
  // Where a day begins, its date says more than 00:00.
  return timesS.map((time, index) => {
    const label = clock.format(time * 1000);
    return label === '00:00' ? (days[index] ?? label) : label;
  });
};

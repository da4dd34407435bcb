/** Statistics of round trips and the like. All take at least one finite number and throw a RangeError for none. */

const requireSome = (values: readonly number[]): void => {
  if (values.length === 0) throw new RangeError('statistics of no values');
};

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The smallest value. */
export const low = (values: readonly number[]): number => {
  requireSome(values);
  return values.reduce((least, value) => Math.min(least, value));
};

/** The largest value. */
export const high = (values: readonly number[]): number => {
  requireSome(values);
  return values.reduce((most, value) => Math.max(most, value));
};

/**
 * The mean of the sorted values between positions `from` and `to`, where value i covers positions i to i + 1:
 * a value that is cut by a bound counts by the part inside.
 */
const meanBetween = (values: readonly number[], from: number, to: number): number => {
  const sum = sorted(values).reduce((total, value, index) => {
    const part = Math.min(index + 1, to) - Math.max(index, from);
    return part > 0 ? total + value * part : total;
  }, 0);
  // Rounding must not carry the mean of equal values past them.
  return Math.min(Math.max(sum / (to - from), low(values)), high(values));
};

/** The middle value, or the mean of the two middle ones. */
export const median = (values: readonly number[]): number => {
  requireSome(values);
  const middle = (values.length - 1) / 2;
  return meanBetween(values, Math.floor(middle), Math.ceil(middle) + 1);
};

/** The mean of the middle half of the sorted values; values at the quartiles count by the part inside. */
export const interquartileMean = (values: readonly number[]): number => {
  requireSome(values);
  const quarter = values.length / 4;
  return meanBetween(values, quarter, values.length - quarter);
};

/** The mean of the lowest `part` of the sorted values, above 0 and up to 1; the last of them counts by the part inside. */
export const lowestMean = (values: readonly number[], part: number): number => {
  requireSome(values);
  return meanBetween(values, 0, values.length * part);
};

/** The mean absolute difference of consecutive values, in the order given; 0 for a single one. */
export const jitter = (values: readonly number[]): number => {
  requireSome(values);
  if (values.length === 1) return 0;
  let total = 0;
  let previous: number | undefined;
  for (const value of values) {
    if (previous !== undefined) total += Math.abs(value - previous);
    previous = value;
  }
  return total / (values.length - 1);
};

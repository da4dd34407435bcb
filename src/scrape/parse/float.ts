const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinity = /^([+-]?)inf(?:inity)?$/i;

/**
 * Reads a number as Prometheus does, by Go's `strconv.ParseFloat` without hexadecimal numbers and underscores. Gives
 * undefined where the text is none, or one beyond what a float64 holds.
 */
export const parseFloat64 = (text: string): number | undefined => {
  if (decimal.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const [, sign] = infinity.exec(text) ?? [];
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity;
  return text.toLowerCase() === 'nan' ? Number.NaN : undefined;
};

/** As Go's `strconv.FormatFloat(value, 'g', -1, 64)`. */
const shortest = (value: number): string => {
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number.parseInt(exponent, 10);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
};

/**
 * A float as a label's value, so that it is a series' one whichever way a client wrote it: `1` and `1.0` are both
 * `1.0`. As Prometheus 3 has it for `le` and `quantile` (`formatOpenMetricsFloat`).
 */
export const formatLabelFloat = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0.0';
  const text = shortest(value);
  return /[e.]/.test(text) ? text : `${text}.0`;
};

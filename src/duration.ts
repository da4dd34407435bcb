const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

const shape = /^(?:\d+(?:ms|s|m|h|d|w|y))+$/;

/**
 * Reads a duration as Prometheus' configuration writes it: `30s`, `1h30m`, `400d`, and `0`.
 * Returns milliseconds, or undefined when the text is none: units go from large to small, each at most once.
 */
export const parseDuration = (text: string): number | undefined => {
  if (text === '0') return 0;
  if (!shape.test(text)) return undefined;
  let totalMs = 0;
  let smallestMs = Number.POSITIVE_INFINITY;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)(ms|s|m|h|d|w|y)/g)) {
    const unitMs = unitsMs[unit] ?? Number.NaN;
    if (!(unitMs < smallestMs)) return undefined;
    smallestMs = unitMs;
    totalMs += Number.parseInt(digits, 10) * unitMs;
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
};

/** Writes milliseconds in the same form, for messages. */
export const formatDuration = (ms: number): string => {
  if (ms === 0) return '0s';
  let leftMs = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const unitMs = unitsMs[unit] ?? 1;
    const count = Math.floor(leftMs / unitMs);
    leftMs -= count * unitMs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
};

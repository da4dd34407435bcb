/** A number for people and its unit, apart so that they can look different. */
export interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

/** Three digits, and none of them a fraction of the smallest unit: `941 Mbit/s`, `12.3 kB`, `7 B`. */
const scaled = (value: number, units: readonly string[]): Quantity => {
  let inUnit = value;
  let unit = 0;
  while (inUnit >= 999.5 && unit < units.length - 1) {
    inUnit /= 1000;
    unit += 1;
  }
  const decimals = unit === 0 || inUnit >= 99.95 ? 0 : inUnit >= 9.995 ? 1 : 2;
  return {digits: inUnit.toFixed(decimals), unit: units[unit] ?? ''};
};

/** From bits per second. */
export const bitRate = (bitsPerSecond: number): Quantity =>
  scaled(bitsPerSecond, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);

/** From bytes per second, in bits. */
export const rate = (bytesPerSecond: number): Quantity => bitRate(bytesPerSecond * 8);

/** From bytes. */
export const volume = (bytes: number): Quantity => scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);

/** From milliseconds, of which it is the only unit: `0.21 ms`, `12.4 ms`, `152 ms`. */
export const milliseconds = (ms: number): Quantity => ({
  digits: ms.toFixed(ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0),
  unit: 'ms',
});

export const inWords = ({digits, unit}: Quantity): string => `${digits} ${unit}`;

const steps = [
  {unit: 'd', ms: 86_400_000, from: 2 * 86_400_000},
  {unit: 'h', ms: 3_600_000, from: 2 * 3_600_000},
  {unit: 'min', ms: 60_000, from: 60_000},
  {unit: 's', ms: 1000, from: 0},
] as const;

/** A span of time in one unit, rounded down: `59 s`, `119 min`, `47 h`, `12 d`. A negative one counts as none. */
export const duration = (ms: number): string => {
  const {unit, ms: unitMs} = steps.find(({from}) => ms >= from) ?? steps[3];
  return `${Math.max(0, Math.floor(ms / unitMs))} ${unit}`;
};

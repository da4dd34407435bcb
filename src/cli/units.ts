/** Three digits, and none of them a fraction of the smallest unit: `941 Mbit/s`, `12.3 kB`, `7 B`. */
const scaled = (value: number, units: readonly string[]): string => {
  let inUnit = value;
  let unit = 0;
  while (inUnit >= 999.5 && unit < units.length - 1) {
    inUnit /= 1000;
    unit += 1;
  }
  const decimals = unit === 0 || inUnit >= 99.95 ? 0 : inUnit >= 9.995 ? 1 : 2;
  return `${inUnit.toFixed(decimals)} ${units[unit]}`;
};

/** A rate for people, from bytes per second, in bits. */
export const formatRate = (bytesPerSecond: number): string =>
  scaled(bytesPerSecond * 8, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);

/** A volume for people, from bytes. */
export const formatBytes = (bytes: number): string => scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);

/** A time for people, from milliseconds: `0.21 ms`, `12.4 ms`, `152 ms`. */
export const formatMs = (ms: number): string => `${ms.toFixed(ms < 9.995 ? 2 : ms < 99.95 ? 1 : 0)} ms`;

const bytesOf: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** What `parseSize` understands, as errors say it. */
export const sizeExpectation = 'an amount of data above zero, such as 500MB, 50GB or 10GiB';

/**
 * Reads an amount of data above zero such as `500MB`, `1.5GB` or `50GiB`. Gives whole bytes, or undefined when the text
 * is none. A number without a unit is none: it may be meant in MB as well as in GB.
 */
export const parseSize = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text) ?? [];
  const unitBytes = bytesOf.get(unit);
  if (unitBytes === undefined) return undefined;
  const bytes = Math.round(Number.parseFloat(digits) * unitBytes);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
};

/** Writes bytes for people, to three or more digits: `49.96 GB`. */
export const formatSize = (bytes: number): string => {
  const [unit, unitBytes] =
    (['TB', 'GB', 'MB', 'kB'] as const)
      .map((name) => [name, bytesOf.get(name) ?? 1] as const)
      .find(([, size]) => bytes >= size) ?? (['B', 1] as const);
  return `${Math.round((bytes / unitBytes) * 100) / 100} ${unit}`;
};

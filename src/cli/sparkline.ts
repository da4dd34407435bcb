const blocks = '▁▂▃▄▅▆▇█';
const failed = '×';

/** The mean of what was measured; undefined where nothing was. */
const meanOf = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** At most `columns` values, each the mean of as many neighbours. */
const thin = (values: readonly (number | undefined)[], columns: number): readonly (number | undefined)[] => {
  if (values.length <= columns) return values;
  return Array.from({length: columns}, (_, index) => {
    const [start, end] = [index, index + 1].map((edge) => Math.round((edge * values.length) / columns));
    return meanOf(values.slice(start, end));
  });
};

/**
 * Values as blocks of eight heights from 0 to the highest, in at most `columns` columns. A cross is where nothing was
 * measured.
 */
export const sparkline = (values: readonly (number | undefined)[], columns: number): string => {
  const thinned = thin(values, Math.max(1, columns));
  const highest = Math.max(0, ...thinned.map((value) => value ?? 0));
  return thinned
    .map((value) => {
      if (value === undefined) return failed;
      const height = highest === 0 ? 0 : Math.ceil((value / highest) * blocks.length) - 1;
      return blocks[Math.max(0, height)];
    })
    .join('');
};

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Reads a size such as `500MB`, `50GB` or `64MiB`. Returns whole bytes, or undefined when the text is none. */
export const parseSize = (text: string): number | undefined => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kMGT]?B|[KMGT]iB)$/.exec(text) ?? [];
  const bytes = Math.round(Number.parseFloat(digits ?? '') * (unitBytes[unit] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
};

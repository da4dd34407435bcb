/** The parts of a dotted version number, the most significant first: `3.5.3` is [3, 5, 3]. */
export type Version = readonly number[];

/**
 * The first dotted number in `text`, else the first date of eight digits: what a program prints for `--version`, or a Debian version.
 * Undefined when there is none.
 */
export function parseVersion(text: string): Version | undefined {
  const [dotted] = /\d+(?:\.\d+)+/.exec(text) ?? /\b\d{8}\b/.exec(text) ?? [];
  return dotted?.split('.').map((part) => Number.parseInt(part, 10));
}

/** Negative, zero or positive, as `a` is older than, equal to or newer than `b`. A missing part counts as 0. */
export function compareVersions(a: Version, b: Version): number {
  for (let part = 0; part < Math.max(a.length, b.length); part++) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

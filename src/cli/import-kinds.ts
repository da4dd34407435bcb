/** What can be imported, and what it is imported from. */
export const importKinds = [
  'tracker-sqlite',
  'tracker-api',
  'tracker-csv',
  'old-tracker-json',
  'old-tracker-csv',
  'ookla-json',
  'speedtest-cli-json',
  'speedtest-cli-csv',
] as const;

export type ImportKind = (typeof importKinds)[number];

/** Whether what is imported is a tracker's history, rather than what a program prints as it tests. */
export const isHistory = (kind: ImportKind): boolean => kind.includes('tracker-');

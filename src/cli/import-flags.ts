import type {Options} from 'yargs';

/** What `import` takes beside its kind, its source and the configuration. */
export const importFlags = {
  job: {
    type: 'string',
    requiresArg: true,
    describe:
      "job that the results are of (default: tracker.job for Speedtest Tracker's (tracker-*), else the first)",
  },
  timezone: {
    type: 'string',
    requiresArg: true,
    describe:
      'IANA time zone of times that name none; for Speedtest Tracker its APP_TIMEZONE, which is UTC by default',
  },
  'token-file': {
    type: 'string',
    requiresArg: true,
    describe: "tracker-api: file with one of the tracker's tokens, with the ability results:read",
  },
  deliver: {
    type: 'boolean',
    describe:
      "have destinations get the results as any others (default: not a tracker's, which backfill sends; --no-deliver: none)",
  },
  'dry-run': {type: 'boolean', default: false, describe: 'show what would come, and write nothing'},
} as const satisfies Readonly<Record<string, Options>>;

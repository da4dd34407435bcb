/** The flags of the command `backfill` besides those of the configuration. */
export const backfillFlags = {
  to: {
    type: 'string',
    requiresArg: true,
    describe: "the remote_write's name (default: the only one)",
  },
  from: {
    type: 'string',
    requiresArg: true,
    describe: 'first results: 2026-01-31, 2026-01-31T12:00:00Z, or 30d ago (default: all)',
  },
  until: {
    type: 'string',
    requiresArg: true,
    describe: 'results that ended before then (default: now)',
  },
  rate: {
    type: 'string',
    requiresArg: true,
    default: '500/s',
    describe: 'most results per second',
  },
  output: {
    type: 'string',
    requiresArg: true,
    describe: 'write an OpenMetrics file (- for standard output) and send nothing',
  },
} as const;

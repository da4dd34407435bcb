import {profiles} from '../metrics/catalog.ts';
import type {Naming} from '../metrics/names.ts';
import {UsageError} from './exit-code.ts';

/** What tells the names that results have in a Prometheus. The defaults are those of the configuration. */
export const namingFlags = {
  profile: {
    choices: profiles,
    default: 'documented',
    requiresArg: true,
    describe: 'names of the metrics, as metrics.profiles has it',
  },
  prefix: {
    type: 'string',
    default: 'speedtest_tracker_',
    requiresArg: true,
    describe: 'what every name begins with, as metrics.prefix has it',
  },
} as const;

/** Checks what the flags say. Throws a `UsageError` where the prefix can't begin a metric's name. */
export const namingFrom = ({profile, prefix}: Naming): Naming => {
  if (/^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) return {profile, prefix};
  throw new UsageError(
    `--prefix: expected the beginning of a metric name, or an empty text, found "${prefix}"`,
  );
};

/** What the provider promised. */
export const promisedRateFlags = {
  'promised-download': {
    type: 'string',
    default: '100Mbps',
    requiresArg: true,
    describe: 'rate below 80 % of which an alert fires',
  },
  'promised-upload': {type: 'string', default: '20Mbps', requiresArg: true, describe: 'the same of uploads'},
} as const;

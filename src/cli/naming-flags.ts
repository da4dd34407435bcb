import {profiles} from '../metrics/catalog.ts';
import {defaultPrefix, prefixPattern} from '../metrics/names.ts';
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
    default: defaultPrefix,
    requiresArg: true,
    describe: 'what every name begins with, as metrics.prefix has it',
  },
} as const;

/** The same, and `bridge` for the dashboard of the bridge itself. */
export const dashboardFlag = {...namingFlags.profile, choices: [...profiles, 'bridge']} as const;

/** Gives the prefix back. Throws a `UsageError` where it can't begin a metric's name. */
export const checkedPrefix = (prefix: string): string => {
  if (prefixPattern.test(prefix)) return prefix;
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

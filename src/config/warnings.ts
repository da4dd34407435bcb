import type {z} from 'zod';
import {formatDuration} from '../duration.ts';
import {shortestGapMs} from '../scheduler/schedule.ts';
import {problemAt, type Source, valueAt, type Warn} from './problem.ts';
import type {schema} from './schema.ts';
import {scrapeWarnings} from './scrape/warnings.ts';
import {unusedRelabelKeys} from './unused-relabel-keys.ts';

interface Ineffective {
  readonly key: readonly string[];
  /** The value with which it asks for nothing. */
  readonly unless?: boolean;
  readonly because: string;
}

/** Keys of prometheus.yml that are taken, so that its blocks can be pasted, though there is nothing for them to do. */
const ineffective: readonly Ineffective[] = [
  {key: ['send_native_histograms'], unless: false, because: 'results have no histograms'},
  {key: ['round_robin_dns'], unless: false, because: 'the first address that answers is taken'},
  {key: ['sigv4', 'use_fips_sts_endpoint'], unless: false, because: 'no role is assumed'},
  {key: ['queue_config', 'capacity'], because: 'results wait in the journal'},
  {key: ['queue_config', 'max_shards'], because: 'requests go one by one unless connections says otherwise'},
  {key: ['queue_config', 'min_shards'], because: 'requests go one by one unless connections says otherwise'},
  {key: ['queue_config', 'batch_send_deadline'], because: 'a result is sent when its test has ended'},
  {key: ['metadata_config', 'send'], unless: false, because: 'metadata goes with remote write 2.0 alone'},
  {key: ['metadata_config', 'send_interval'], because: 'metadata goes with remote write 2.0 alone'},
  {key: ['metadata_config', 'max_samples_per_send'], because: 'metadata goes with remote write 2.0 alone'},
  {key: ['enable_http2'], unless: false, because: 'requests are made by HTTP/1.1'},
];

/** Engines that test against servers of other people. */
const publicEngines: ReadonlySet<string> = new Set([
  'ookla',
  'speedtest-cli',
  'librespeed-cli',
  'cloudflare',
]);
// More often, and whoever runs the servers begins to refuse.
const politeMs = 600_000;

/** A line for each schedule that bothers public servers more often than is polite. */
const ofSchedules = ({jobs, engines: {librespeed}}: z.output<typeof schema>, source: Source): string[] =>
  jobs.flatMap(({schedule, engines}, index) => {
    const gapMs = shortestGapMs(schedule.expression);
    const isPublic = (name: string): boolean =>
      publicEngines.has(name) || (name === 'librespeed' && librespeed.server === undefined);
    const bothered = engines.filter(isPublic);
    if (gapMs >= politeMs || bothered.length === 0) return [];
    const often = `runs every ${formatDuration(gapMs)} at times, and ${bothered.join(', ')} may use public servers`;
    const advice = `less often than every ${formatDuration(politeMs)} is kind to them, and not rate limited`;
    return [problemAt(['jobs', index, 'schedule'], `${often}: ${advice}`, source)];
  });

/**
 * A line for each key of a destination, a scrape job or the web configuration file that has no effect, and for each
 * schedule that runs too often.
 * @param root what was read, and `config` what became of it.
 */
export const warningsOf = (
  root: unknown,
  config: z.output<typeof schema>,
  source: Source,
): readonly string[] => {
  const warn: Warn = (path, because) => problemAt(path, `has no effect: ${because}`, source);
  const ofDestinations = (['remote_write', 'pushgateway'] as const).flatMap((list) =>
    config[list].flatMap((_, index) =>
      ineffective.flatMap(({key, unless, because}) => {
        const path = [list, index, ...key];
        const value = valueAt(root, path);
        return value === undefined || value === unless ? [] : [warn(path, because)];
      }),
    ),
  );
  const ofRules = config.remote_write.flatMap(({writeRelabelConfigs}, index) =>
    unusedRelabelKeys(writeRelabelConfigs, ['remote_write', index, 'write_relabel_configs'], warn),
  );
  const ofScrapes = scrapeWarnings(root, config, warn);
  return [
    ...ofDestinations,
    ...ofRules,
    ...ofScrapes,
    ...ofSchedules(config, source),
    ...config.web.warnings,
  ];
};

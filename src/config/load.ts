import {z} from 'zod';
import {formatDuration} from '../duration.ts';
import {missingSetting} from '../engine/readiness.ts';
import {shortestGapMs} from '../scheduler/schedule.ts';
import {pushgateway, remoteWrite} from './destinations.ts';
import {fingerprintOf} from './fingerprint.ts';
import {job} from './job.ts';
import {readOverride, type Setting, settings} from './overrides.ts';
import {formatPath, problemAt, type Source, toProblems, valueAt} from './problem.ts';
import {type Config, schema} from './schema.ts';
import {scrapeJobsOf, scrapeProblems} from './scrape/jobs.ts';
import {warningsOf} from './warnings.ts';
import {type Parsed, parseYamlFile} from './yaml-file.ts';

/** The configuration can't be used. `problems` has one line for each thing that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const prefix = 'SPEEDTEST_BRIDGE_';

/** Names the configuration file where no flag does. */
export const configVariable = 'SPEEDTEST_BRIDGE_CONFIG';

/** Holds the token with which a running bridge is asked. */
export const tokenVariable = 'SPEEDTEST_BRIDGE_TOKEN';

export interface ConfigSources {
  /** Path of the YAML file, if there is one. */
  readonly file?: string;
  /** Flags of the command line by name without dashes (`web-listen`). */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const parseFile = (file: string): Parsed => {
  const outcome = parseYamlFile(file);
  if (!outcome.ok) throw new ConfigError(outcome.problems);
  return outcome.parsed;
};

/** Puts a value at a place, making the groups and lists on the way where there are none. */
const withValue = (root: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown => {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(root) ? [...root] : [];
    list[key] = withValue(list[key], rest, value);
    return list;
  }
  const group: Record<string, unknown> =
    typeof root === 'object' && root !== null && !Array.isArray(root) ? {...root} : {};
  group[key] = withValue(group[key], rest, value);
  return group;
};

/** Variables of this program's prefix that are no setting, save those of the commands. */
const unknownVariables = (known: readonly Setting[], env: ConfigSources['env']): readonly string[] => {
  const names = new Set([configVariable, tokenVariable, ...known.map(({variable}) => variable)]);
  return Object.keys(env).filter((name) => name.startsWith(prefix) && !names.has(name));
};

/** Flags win over variables, and variables over the file. */
const applyOverrides = ({root, source}: Parsed, {flags, env}: ConfigSources): Parsed => {
  const overrides = new Map<string, string>();
  // Most starts have neither, and need not derive all settings from the schema.
  const anyGiven = Object.keys(flags).length > 0 || Object.keys(env).some((name) => name.startsWith(prefix));
  if (!anyGiven) return {root, source};
  const known = settings();
  const unknown = unknownVariables(known, env);
  if (unknown.length > 0) throw new ConfigError(unknown.map((name) => `${name}: unknown variable`));
  let merged = root;
  for (const {path, flag, variable, kind} of known) {
    const fromFlag = flags[flag];
    const text = fromFlag ?? env[variable];
    if (text === undefined) continue;
    merged = withValue(merged, path, readOverride(text, kind));
    overrides.set(formatPath(path), fromFlag === undefined ? variable : `--${flag}`);
  }
  return {root: merged, source: {...source, overrides}};
};

interface Named {
  readonly path: readonly (string | number)[];
  readonly name: string;
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The names in a list, those that an entry has by default included, whatever else is wrong with it. */
const namesIn = (root: unknown, list: string, entrySchema: z.ZodType<{readonly name: string}>): Named[] => {
  const entries = isGroup(root) ? root[list] : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown, index) => {
    const given = isGroup(entry) ? entry['name'] : undefined;
    if (typeof given === 'string') return [{path: [list, index, 'name'], name: given}];
    const byDefault = entrySchema.safeParse(entry).data?.name;
    return byDefault === undefined ? [] : [{path: [list, index], name: byDefault}];
  });
};

/** Entries that have the name of an earlier one. */
const duplicates = (named: readonly Named[], source: Source): string[] => {
  const seen = new Set<string>();
  return named.flatMap(({path, name}) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [problemAt(path, `expected a name of its own, found "${name}" again`, source)];
  });
};

const crossChecks = (config: z.output<typeof schema>, source: Source): string[] => {
  const problems: string[] = [];
  config.jobs.forEach(({engines}, index) => {
    for (const engine of new Set(engines)) {
      const missing = missingSetting(engine, config.engines);
      if (missing === undefined) continue;
      problems.push(problemAt(['jobs', index, 'engines'], `engine ${engine} needs ${missing}`, source));
    }
  });
  config.jobs.forEach(({jitterMs, schedule: {expression}}, index) => {
    const gapMs = shortestGapMs(expression);
    if (jitterMs < gapMs) return;
    const message = `expected less than the time between two runs, ${formatDuration(gapMs)}, found ${formatDuration(jitterMs)}`;
    problems.push(problemAt(['jobs', index, 'jitter'], message, source));
  });
  problems.push(...scrapeProblems(config).map(({path, message}) => problemAt(path, message, source)));
  return problems;
};

const readAll = (sources: ConfigSources): Parsed => {
  const parsed =
    sources.file === undefined
      ? {root: {}, source: {overrides: new Map<string, string>()}}
      : parseFile(sources.file);
  return applyOverrides(parsed, sources);
};

/**
 * Reads where the journal is, for who needs nothing else: the rest of the configuration may be wrong, or name files that
 * only the bridge itself can read. Throws a `ConfigError`.
 */
export const loadStorage = (sources: ConfigSources): Config['storage'] => {
  const {root, source} = readAll(sources);
  const outcome = z.object({storage: schema.shape.storage}).safeParse(root);
  if (outcome.success) return outcome.data.storage;
  throw new ConfigError(outcome.error.issues.flatMap((issue) => toProblems(issue, root, source)));
};

/**
 * Reads the configuration from a file, environment variables and flags.
 * Throws a `ConfigError` that lists every problem with its place, its path, what was expected and what was found.
 */
export const loadConfig = (sources: ConfigSources): Config => {
  const {root, source} = readAll(sources);
  const outcome = schema.safeParse(root);
  const problems: string[] = outcome.success ? crossChecks(outcome.data, source) : [];
  for (const issue of outcome.error?.issues ?? []) problems.push(...toProblems(issue, root, source));
  problems.push(...duplicates(namesIn(root, 'jobs', job), source));
  // A destination's name is its place in the journal, whatever its kind.
  const destinations = [
    ...namesIn(root, 'remote_write', remoteWrite),
    ...namesIn(root, 'pushgateway', pushgateway),
  ];
  problems.push(...duplicates(destinations, source));
  if (outcome.success && problems.length === 0) {
    const {data} = outcome;
    const fingerprints = new Map(
      (['remote_write', 'pushgateway'] as const).flatMap((list) =>
        data[list].map(
          ({name}, index) => [name, fingerprintOf([list, valueAt(root, [list, index])])] as const,
        ),
      ),
    );
    const scrapeJobs = scrapeJobsOf(data, (index) => {
      const given = valueAt(root, ['scrape_configs', index]);
      return fingerprintOf([
        valueAt(root, ['global']),
        isGroup(given) ? {...given, static_configs: []} : given,
      ]);
    });
    return {...data, warnings: warningsOf(root, data, source), fingerprints, scrapeJobs};
  }
  throw new ConfigError(problems);
};

import {existsSync} from 'node:fs';
import type {Argv, Options} from 'yargs';
import {type ConfigSources, configVariable, loadConfig, tokenVariable} from '../config/load.ts';
import {settings} from '../config/overrides.ts';
import type {Config} from '../config/schema.ts';
import {UsageError} from './exit-code.ts';

const defaultFile = 'speedtest-bridge.yaml';

/** What asks for every flag: help, and a shell that completes. */
const allFlagsFor = ['--help', '--get-yargs-completions'];

/**
 * `--config` and one flag for each setting that the arguments give, or for every setting where they ask for all:
 * yargs lays out the help of all flags that it knows at each start, which for all settings takes 70 ms.
 */
const configFlags = (args: readonly string[]): Readonly<Record<string, Options>> => ({
  config: {
    type: 'string',
    requiresArg: true,
    describe: `configuration file (default: $${configVariable}, else ${defaultFile} where there is one)`,
  },
  ...Object.fromEntries(
    (args.some((arg) => arg.startsWith('--') && !arg.startsWith('--config')) ? settings() : [])
      .filter(
        ({flag}) =>
          allFlagsFor.some((ask) => args.includes(ask)) ||
          args.some((arg) => arg.split('=')[0] === `--${flag}`),
      )
      .map(({flag, path}) => [
        flag,
        {
          type: 'string',
          requiresArg: true,
          group: 'Settings, each also a key of the file and a SPEEDTEST_BRIDGE_… variable:',
          describe: path.filter((key) => typeof key === 'string').join('.'),
        } as const,
      ]),
  ),
});

/** Has a command take the configuration's flags. Its help lists them after its own, which it has to have already. */
export const withConfigFlags = <Given>(command: Argv<Given>, args: readonly string[]): Argv<Given> => {
  // yargs lists groups in the order in which it hears of them, and this one, its own, last otherwise.
  command.group([], 'Options:').options(configFlags(args));
  return command;
};

const anySettingGiven = (given: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(given).some((name) => !['_', '$0', 'config'].includes(name));

/** The settings among the flags that were given, by the flag's name. */
const settingFlags = (given: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    (anySettingGiven(given) ? settings() : []).flatMap(({flag}) => {
      const value = given[flag];
      if (value === undefined) return [];
      if (typeof value !== 'string') throw new UsageError(`--${flag} is given more than once`);
      return [[flag, value]];
    }),
  );

/**
 * Where the command line, the environment and the file say what the configuration is.
 * @param presets settings for where neither a flag nor a variable nor a file gives one.
 * Throws a `UsageError` when there is nothing to read.
 */
export const sourcesFrom = (
  given: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  presets?: Readonly<Record<string, string>>,
): ConfigSources => {
  const flags = settingFlags(given);
  const {config} = given;
  if (config !== undefined && typeof config !== 'string')
    throw new UsageError('--config is given more than once');
  const file = config ?? env[configVariable] ?? (existsSync(defaultFile) ? defaultFile : undefined);
  const anySetting =
    Object.keys(flags).length > 0 ||
    Object.keys(env).some((name) => name.startsWith('SPEEDTEST_BRIDGE_') && name !== tokenVariable);
  if (file !== undefined) return {file, flags, env};
  if (presets === undefined && !anySetting) {
    throw new UsageError(
      `no configuration file: give --config FILE, put one at ./${defaultFile}, or give the settings as flags or variables`,
    );
  }
  return {flags: {...presets, ...flags}, env};
};

/** The configuration of `sourcesFrom`. Throws as it does, and a `ConfigError`. */
export const configFrom = (...given: Parameters<typeof sourcesFrom>): Config =>
  loadConfig(sourcesFrom(...given));

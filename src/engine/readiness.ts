import {findProgram} from './cli/program-path.ts';
import type {EngineName, EngineSettings} from './engines.ts';

/** The settings that an engine needs and that are not given, by their keys in the configuration; undefined when none. */
export const missingSetting = (name: EngineName, settings: EngineSettings): string | undefined => {
  const {librespeed, iperf3, command} = settings;
  if (name === 'librespeed' && librespeed.server === undefined && librespeed.serverList === undefined) {
    return 'engines.librespeed.server or engines.librespeed.server_list';
  }
  if (name === 'iperf3' && iperf3.host === undefined) return 'engines.iperf3.host';
  if (name === 'command' && command.run === undefined) return 'engines.command.run';
  return undefined;
};

/** The program that an engine runs and the key that names it; undefined for one that needs none. */
const programOf = (name: EngineName, settings: EngineSettings): readonly [string, string] | undefined => {
  const engine = settings[name];
  if ('path' in engine) return [engine.path, `engines.${name}.path`];
  if ('run' in engine && engine.run !== undefined) return [engine.run[0], `engines.${name}.run`];
  return undefined;
};

/**
 * Why an engine can't run on this machine as configured, in one line; undefined when nothing is known against it.
 * @param searchPath where programs are looked for: PATH.
 */
export const engineProblem = (
  name: EngineName,
  settings: EngineSettings,
  searchPath: string,
): string | undefined => {
  const missing = missingSetting(name, settings);
  if (missing !== undefined) return `${missing} is missing`;
  if (name === 'ookla' && !settings.ookla.acceptLicense) return 'engines.ookla.accept_license is not true';
  const [program, key] = programOf(name, settings) ?? [];
  if (program === undefined || findProgram(program, searchPath) !== undefined) return undefined;
  return `no program ${program} was found (${key})`;
};

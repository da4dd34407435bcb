import {type Engine, EngineError, type JobNetwork} from '../engine.ts';
import {requireAddress} from './network.ts';
import {readOoklaOutput} from './ookla-output.ts';
import {runProgram} from './program.ts';
import {askVersion} from './version.ts';

/** Settings of Ookla's own program (https://www.speedtest.net/apps/cli), which its users have to install themselves. */
export interface OoklaSettings {
  readonly path: string;
  /** That the user accepts Ookla's licence, which is for personal, non-commercial use; it is not run otherwise. */
  readonly acceptLicense: boolean;
  /** That the user accepts Ookla's notice on data protection, which its program asks of users in the EU. */
  readonly acceptGdpr: boolean;
  readonly serverId?: number;
}

/** The program's arguments for one test, by its `--help`. */
export const ooklaArgs = (settings: OoklaSettings & JobNetwork): readonly string[] => [
  '--format=json',
  '--accept-license',
  ...(settings.acceptGdpr ? ['--accept-gdpr'] : []),
  ...(settings.serverId === undefined ? [] : [`--server-id=${settings.serverId}`]),
  ...(settings.sourceAddress === undefined ? [] : [`--ip=${settings.sourceAddress}`]),
];

/**
 * Ookla's program, version 1: latency idle and under load, rates, packet loss and the provider. It reports no phases.
 * Without the licence's acceptance it fails and starts nothing. Python's speedtest-cli, which installs itself as
 * `speedtest` too, counts as `not-installed`.
 */
export const ooklaEngine = (settings: OoklaSettings & JobNetwork): Engine => {
  const {path: program, acceptLicense, serverId} = settings;
  return async (run, signal) => {
    if (!acceptLicense) {
      throw new EngineError(
        'licence-not-accepted',
        "engine ookla: Ookla's licence (personal, non-commercial use) is not accepted: engines.ookla.accept_license",
      );
    }
    requireAddress('ookla', settings);
    run.onProgress({
      phase: 'connect',
      server: serverId === undefined ? 'speedtest.net' : `speedtest.net server ${serverId}`,
    });
    const version = await askVersion(program, signal);
    if (version?.text.startsWith('speedtest-cli')) {
      throw new EngineError(
        'not-installed',
        `${program}: this is speedtest-cli, not Ookla's program: use engine speedtest-cli`,
      );
    }
    const output = await runProgram({program, args: ooklaArgs(settings)}, signal);
    return {
      engine: {name: 'ookla', ...(version?.number !== undefined && {version: version.number})},
      ...readOoklaOutput(program, output),
    };
  };
};

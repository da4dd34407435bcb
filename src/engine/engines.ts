import {readFileSync} from 'node:fs';
import {type CommandSettings, commandEngine} from './cli/command.ts';
import {type Iperf3Settings, iperf3Engine} from './cli/iperf3.ts';
import {type LibrespeedCliSettings, librespeedCliEngine} from './cli/librespeed-cli.ts';
import {type OoklaSettings, ooklaEngine} from './cli/ookla.ts';
import {type SpeedtestCliSettings, speedtestCliEngine} from './cli/speedtest-cli.ts';
import {cloudflareEngine} from './cloudflare.ts';
import {embeddedEngine} from './embedded.ts';
import {type Engine, EngineError, type JobNetwork} from './engine.ts';
import {pinnedServer} from './librespeed/pinned.ts';
import {parseServerList} from './librespeed/server-list.ts';
import {librespeedEngine, type ServerChoice} from './librespeed.ts';
import type {NamedEngine} from './run-test.ts';

export const engineNames = [
  'embedded',
  'librespeed',
  'cloudflare',
  'ookla',
  'speedtest-cli',
  'librespeed-cli',
  'iperf3',
  'command',
] as const;
export type EngineName = (typeof engineNames)[number];

interface TransferSettings {
  readonly durationMs: number;
  readonly connections: number;
  readonly maxBytes?: number;
}

interface TrustSettings {
  /** Path of the PEM certificates of the authorities to trust instead of the usual ones. */
  readonly caFile?: string;
}

interface LibrespeedServerSettings {
  /** A base URL. This or `serverList` is needed. */
  readonly server?: string;
  /** Path of a list in LibreSpeed's format. */
  readonly serverList?: string;
  /** Id or name of the list's server to use, in place of the nearest. */
  readonly serverId?: string;
}

export interface EngineSettings {
  readonly embedded: TransferSettings;
  readonly librespeed: TransferSettings & TrustSettings & LibrespeedServerSettings;
  readonly cloudflare: TransferSettings & TrustSettings & {readonly url: string};
  readonly ookla: OoklaSettings;
  readonly 'speedtest-cli': SpeedtestCliSettings;
  readonly 'librespeed-cli': LibrespeedCliSettings;
  /** `host` is needed. */
  readonly iperf3: Omit<Iperf3Settings, 'host'> & {readonly host?: string};
  /** `run` is needed. */
  readonly command: Partial<CommandSettings>;
}

const serverChoice = ({server, serverList, serverId}: LibrespeedServerSettings): ServerChoice => {
  if (server !== undefined) return {url: server};
  if (serverList === undefined)
    throw new EngineError('no-server', 'engine librespeed has no server to test against');
  const list = parseServerList(readFileSync(serverList, 'utf8'));
  return {list: serverId === undefined ? list : [pinnedServer(list, serverId)]};
};

const trust = ({caFile}: TrustSettings): {readonly ca?: string} =>
  caFile === undefined ? {} : {ca: readFileSync(caFile, 'utf8')};

// Files are read at each test, so that edited ones are taken up.

const librespeed =
  (settings: EngineSettings['librespeed'] & JobNetwork, version: string): Engine =>
  async (run, signal) =>
    librespeedEngine({...settings, ...trust(settings), server: serverChoice(settings), version})(run, signal);

const cloudflare =
  (settings: EngineSettings['cloudflare'] & JobNetwork, version: string): Engine =>
  async (run, signal) =>
    cloudflareEngine({...settings, ...trust(settings), version})(run, signal);

const create = (name: EngineName, settings: EngineSettings, network: JobNetwork, version: string): Engine => {
  switch (name) {
    case 'embedded':
      return embeddedEngine({...settings.embedded, version});
    case 'librespeed':
      return librespeed({...settings.librespeed, ...network}, version);
    case 'cloudflare':
      return cloudflare({...settings.cloudflare, ...network}, version);
    case 'ookla':
      return ooklaEngine({...settings.ookla, ...network});
    case 'speedtest-cli':
      return speedtestCliEngine({...settings['speedtest-cli'], ...network});
    case 'librespeed-cli':
      return librespeedCliEngine({...settings['librespeed-cli'], ...network});
    case 'iperf3': {
      const {host, ...rest} = settings.iperf3;
      if (host === undefined)
        throw new EngineError('no-server', 'engine iperf3 has no server to test against');
      return iperf3Engine({...rest, host, ...network});
    }
    case 'command': {
      const {run} = settings.command;
      if (run === undefined) throw new EngineError('not-installed', 'engine command has no program to run');
      return commandEngine({run, ...network});
    }
    default:
      return name satisfies never;
  }
};

/** Builds the engines of the given names, in their order, for a job that uses this network. */
export const createEngines = (
  names: readonly EngineName[],
  settings: EngineSettings,
  network: JobNetwork,
  version: string,
): readonly NamedEngine[] => names.map((name) => ({name, engine: create(name, settings, network, version)}));

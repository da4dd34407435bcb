import {readFileSync} from 'node:fs';
import type {CommandSettings} from './cli/command.ts';
import type {Iperf3Settings} from './cli/iperf3.ts';
import type {LibrespeedCliSettings} from './cli/librespeed-cli.ts';
import type {OoklaSettings} from './cli/ookla.ts';
import type {SpeedtestCliSettings} from './cli/speedtest-cli.ts';
import {type Engine, EngineError, type JobNetwork} from './engine.ts';
import type {ServerChoice} from './librespeed.ts';
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
  /** As many as the line needs when absent. */
  readonly connections?: number;
  readonly maxBytes?: number;
}

interface IcmpSettings {
  /** Whether packet loss is measured by ICMP where the server does not send datagrams back. */
  readonly icmpPacketLoss?: boolean;
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
  readonly librespeed: TransferSettings & IcmpSettings & TrustSettings & LibrespeedServerSettings;
  readonly cloudflare: TransferSettings & IcmpSettings & TrustSettings & {readonly url: string};
  readonly ookla: OoklaSettings;
  readonly 'speedtest-cli': SpeedtestCliSettings;
  readonly 'librespeed-cli': LibrespeedCliSettings;
  /** `host` is needed. */
  readonly iperf3: Omit<Iperf3Settings, 'host'> & {readonly host?: string};
  /** `run` is needed. */
  readonly command: Partial<CommandSettings>;
}

const serverChoice = async ({
  server,
  serverList,
  serverId,
}: LibrespeedServerSettings): Promise<ServerChoice> => {
  if (server !== undefined) return {url: server};
  if (serverList === undefined)
    throw new EngineError('no-server', 'engine librespeed has no server to test against');
  const {parseServerList} = await import('./librespeed/server-list.ts');
  const {pinnedServer} = await import('./librespeed/pinned.ts');
  const list = parseServerList(readFileSync(serverList, 'utf8'));
  return {list: serverId === undefined ? list : [pinnedServer(list, serverId)]};
};

const trust = ({caFile}: TrustSettings): {readonly ca?: string} =>
  caFile === undefined ? {} : {ca: readFileSync(caFile, 'utf8')};

/** Loads an engine's code and reads its files, for one test: a bridge starts without either, and takes up edited files. */
const load = async (
  name: EngineName,
  settings: EngineSettings,
  network: JobNetwork,
  version: string,
): Promise<Engine> => {
  switch (name) {
    case 'embedded': {
      const {embeddedEngine} = await import('./embedded.ts');
      return embeddedEngine({...settings.embedded, version});
    }
    case 'librespeed': {
      const {librespeedEngine} = await import('./librespeed.ts');
      const {librespeed} = settings;
      const server = await serverChoice(librespeed);
      return librespeedEngine({...librespeed, ...network, ...trust(librespeed), server, version});
    }
    case 'cloudflare': {
      const {cloudflareEngine} = await import('./cloudflare.ts');
      const {cloudflare} = settings;
      return cloudflareEngine({...cloudflare, ...network, ...trust(cloudflare), version});
    }
    case 'ookla': {
      const {ooklaEngine} = await import('./cli/ookla.ts');
      return ooklaEngine({...settings.ookla, ...network});
    }
    case 'speedtest-cli': {
      const {speedtestCliEngine} = await import('./cli/speedtest-cli.ts');
      return speedtestCliEngine({...settings['speedtest-cli'], ...network});
    }
    case 'librespeed-cli': {
      const {librespeedCliEngine} = await import('./cli/librespeed-cli.ts');
      return librespeedCliEngine({...settings['librespeed-cli'], ...network});
    }
    case 'iperf3': {
      const {iperf3Engine} = await import('./cli/iperf3.ts');
      const {host, ...rest} = settings.iperf3;
      if (host === undefined)
        throw new EngineError('no-server', 'engine iperf3 has no server to test against');
      return iperf3Engine({...rest, host, ...network});
    }
    case 'command': {
      const {commandEngine} = await import('./cli/command.ts');
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
): readonly NamedEngine[] =>
  names.map((name) => ({
    name,
    engine: async (run, signal) => (await load(name, settings, network, version))(run, signal),
  }));

import {readFileSync} from 'node:fs';
import {cloudflareEngine} from './cloudflare.ts';
import {embeddedEngine} from './embedded.ts';
import {type Engine, EngineError, type JobNetwork} from './engine.ts';
import {pinnedServer} from './librespeed/pinned.ts';
import {parseServerList} from './librespeed/server-list.ts';
import {librespeedEngine, type ServerChoice} from './librespeed.ts';
import type {NamedEngine} from './run-test.ts';

export const engineNames = ['embedded', 'librespeed', 'cloudflare'] as const;
export type EngineName = (typeof engineNames)[number];

interface TransferSettings {
  readonly durationMs: number;
  readonly connections: number;
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

import {readFileSync} from 'node:fs';
import {embeddedEngine} from './embedded.ts';
import {type Engine, EngineError, type JobNetwork} from './engine.ts';
import {parseServerList} from './librespeed/server-list.ts';
import {librespeedEngine, type ServerChoice} from './librespeed.ts';
import type {NamedEngine} from './run-test.ts';

export const engineNames = ['embedded', 'librespeed'] as const;
export type EngineName = (typeof engineNames)[number];

interface TransferSettings {
  readonly durationMs: number;
  readonly connections: number;
  readonly maxBytes?: number;
}

export interface EngineSettings {
  readonly embedded: TransferSettings;
  /** `server` is a base URL, `serverList` the path of a list in LibreSpeed's format; one of them is needed. */
  readonly librespeed: TransferSettings & {readonly server?: string; readonly serverList?: string};
}

const serverChoice = ({server, serverList}: EngineSettings['librespeed']): ServerChoice => {
  if (server !== undefined) return {url: server};
  if (serverList === undefined)
    throw new EngineError('no-server', 'engine librespeed has no server to test against');
  return {list: parseServerList(readFileSync(serverList, 'utf8'))};
};

/** The list is read at each test, so that an edited one is taken up. */
const librespeed =
  (settings: EngineSettings['librespeed'] & JobNetwork, version: string): Engine =>
  async (run, signal) =>
    librespeedEngine({...settings, server: serverChoice(settings), version})(run, signal);

const create = (name: EngineName, settings: EngineSettings, network: JobNetwork, version: string): Engine => {
  switch (name) {
    case 'embedded':
      return embeddedEngine({...settings.embedded, version});
    case 'librespeed':
      return librespeed({...settings.librespeed, ...network}, version);
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

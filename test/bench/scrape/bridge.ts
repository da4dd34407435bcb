import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from '../../peers/port.ts';
import {startBuilt} from '../program.ts';
import {rssMiB} from '../usage.ts';

/** The built program as it is run. */
export interface Bridge {
  readonly port: number;
  /** The memory that its process holds (RSS). */
  memoryMiB(): number;
  /** How many results its destination has yet to take. */
  lag(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a bridge on a journal, which serves its newest result and tests nothing.
 * @param receiver the address to which it delivers all of the journal, if any.
 */
export const startBridge = async (folder: string, journal: string, receiver?: string): Promise<Bridge> => {
  const port = await freePort();
  const config = join(folder, `${port}.yaml`);
  const configuration = {
    jobs: [{name: 'wan', schedule: '@yearly', engines: ['embedded']}],
    web: {listen: `127.0.0.1:${port}`},
    storage: {path: journal, retention: '100y'},
    ...(receiver !== undefined && {remote_write: [{name: 'receiver', url: receiver, replay: 'all'}]}),
  };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify(configuration));
  const url = `http://127.0.0.1:${port}`;
  const {pid, stop} = await startBuilt(config, url);
  return {
    port,
    memoryMiB: () => rssMiB(pid),
    lag: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^speedtest_bridge_delivery_lag_results\S* (\d+)$/m.exec(text)?.[1]);
    },
    stop,
  };
};

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from '../../peers/port.ts';
import {type RunningProgram, startBuilt} from '../program.ts';
import {startVmagent} from '../vmagent.ts';

/** What a sender scrapes, how often, and where it forwards to. */
export interface Task {
  /** An empty folder, the sender's own. */
  readonly folder: string;
  readonly target: string;
  readonly intervalSeconds: number;
  readonly receiver: string;
}

/** Starts a program that scrapes and forwards. */
export type Start = (task: Task) => Promise<RunningProgram>;

const jobs = ({target, intervalSeconds}: Task) => [
  {
    job_name: 'bench',
    scrape_interval: `${intervalSeconds}s`,
    scrape_timeout: `${intervalSeconds}s`,
    static_configs: [{targets: [target]}],
  },
];

// JSON is YAML.
const write = (file: string, configuration: object): string => {
  writeFileSync(file, JSON.stringify(configuration));
  return file;
};

/** The built program as it is run. */
export const startBridge: Start = async (task) => {
  const port = await freePort();
  const config = write(join(task.folder, 'bridge.yaml'), {
    jobs: [],
    web: {listen: `127.0.0.1:${port}`},
    storage: {path: join(task.folder, 'journal.db')},
    scrape_configs: jobs(task),
    remote_write: [{name: 'receiver', url: task.receiver}],
  });
  return startBuilt(config, `http://127.0.0.1:${port}`);
};

/** @param path the executable of vmagent. */
export const startScrapingVmagent =
  (path: string): Start =>
  async (task) => {
    const config = write(join(task.folder, 'prometheus.yaml'), {scrape_configs: jobs(task)});
    return startVmagent({path, port: await freePort(), url: task.receiver}, join(task.folder, 'queue'), [
      `-promscrape.config=${config}`,
      '-promscrape.maxScrapeSize=256MiB',
    ]);
  };

import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freePort} from '../../peers/port.ts';
import {type RunningProgram, startProgram} from '../program.ts';

/** What a sender scrapes, how often, and where it forwards to. */
export interface Task {
  /** A folder of the sender's own, which is emptied first. */
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
  return startProgram(
    process.execPath,
    ['dist/main.js', 'run', '--config', config],
    `http://127.0.0.1:${port}/-/ready`,
  );
};

/** @param path the executable of vmagent. */
export const startVmagent =
  (path: string): Start =>
  async (task) => {
    const port = await freePort();
    const config = write(join(task.folder, 'prometheus.yaml'), {scrape_configs: jobs(task)});
    const queue = join(task.folder, 'queue');
    rmSync(queue, {recursive: true, force: true});
    return startProgram(
      path,
      [
        `-promscrape.config=${config}`,
        '-promscrape.maxScrapeSize=256MiB',
        `-remoteWrite.url=${task.receiver}`,
        `-remoteWrite.tmpDataPath=${queue}`,
        // Remote write 1.0, as the bridge sends it, and not the protocol of its own maker's servers.
        '-remoteWrite.forcePromProto',
        `-httpListenAddr=127.0.0.1:${port}`,
        '-loggerLevel=ERROR',
      ],
      `http://127.0.0.1:${port}/health`,
    );
  };

/** What a process uses: of processors since its start, and of memory now. */
export interface Used {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

const ticksPerSecond = 100; // sysconf(_SC_CLK_TCK) on all of Linux' architectures

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html fields 14 and 15 */
export const usedBy = (pid: number): Used => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, kib = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    rssMiB: Number(kib) / 1024,
  };
};

import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {z} from 'zod';
import {startChild} from './child.ts';
import {type Transferred, transferred} from './messages.ts';

export type Direction = 'download' | 'upload';

/** A transfer by some program: its rate, and the processor time of the client per gigabit that it moved. */
export interface Run {
  readonly bytesPerSecond: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** The native engine's transfer. `ca` trusts a server that speaks TLS. */
export const runEngine = async (
  direction: Direction,
  url: string,
  seconds: number,
  ca?: string,
): Promise<Transferred> => {
  const child = startChild('speed', [
    direction,
    url,
    String(seconds * 1000),
    ...(ca === undefined ? [] : [ca]),
  ]);
  const result = transferred.parse(await child.next());
  await child.stop();
  return result;
};

const execute = promisify(execFile);

/** Runs a program to its end. Gives what it printed, and the processor time that it took, by the shell's `times`. */
const runTimed = async (
  path: string,
  args: readonly string[],
): Promise<{readonly stdout: string; readonly cpuSeconds: number}> => {
  const {stdout, stderr} = await execute('sh', ['-c', '"$@"; times >&2', 'sh', path, ...args]);
  const [user = 0, system = 0] = [
    ...(stderr.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes = '', secs = '']) => Number.parseFloat(minutes) * 60 + Number.parseFloat(secs));
  return {stdout, cpuSeconds: user + system};
};

const librespeedReport = z.tuple([
  z.object({
    download: z.number(),
    upload: z.number(),
    bytes_received: z.number(),
    bytes_sent: z.number(),
  }),
]);

/** A transfer of librespeed-cli, as it is by default but for its duration. */
export const runLibrespeedCli = async (
  path: string,
  folder: string,
  direction: Direction,
  url: string,
  seconds: number,
): Promise<Run> => {
  const list = join(folder, 'servers.json');
  const server = {
    id: 1,
    name: 'bench',
    server: url,
    dlURL: 'garbage',
    ulURL: 'empty',
    pingURL: 'empty',
    getIpURL: 'getIP',
  };
  writeFileSync(list, JSON.stringify([server]));
  const {stdout, cpuSeconds} = await runTimed(path, [
    ...[
      '--json',
      '--no-icmp',
      '--skip-cert-verify',
      '--local-json',
      list,
      '--server',
      '1',
      '--duration',
      String(seconds),
    ],
    direction === 'download' ? '--no-upload' : '--no-download',
  ]);
  const [report] = librespeedReport.parse(JSON.parse(stdout));
  const down = direction === 'download';
  return {
    bytesPerSecond: ((down ? report.download : report.upload) * 1e6) / 8,
    bytes: down ? report.bytes_received : report.bytes_sent,
    cpuSeconds,
  };
};

const iperf3Report = z.object({
  end: z.object({
    sum_received: z.object({bits_per_second: z.number()}),
  }),
});

/** Seconds of a transfer that iperf3 leaves out, as the native engine leaves out its warm-up. */
const omitSeconds = 1;

/** The rate that iperf3's receiver saw over so many streams. Its server listens on 127.0.0.1 already. */
export const runIperf3 = async (
  path: string,
  port: number,
  direction: Direction,
  streams: number,
  seconds: number,
): Promise<number> => {
  const {stdout} = await execute(path, [
    ...['--client', '127.0.0.1', '--port', String(port), '--json', '--parallel', String(streams)],
    ...['--time', String(seconds - omitSeconds), '--omit', String(omitSeconds)],
    ...(direction === 'download' ? ['--reverse'] : []),
  ]);
  return iperf3Report.parse(JSON.parse(stdout)).end.sum_received.bits_per_second / 8;
};

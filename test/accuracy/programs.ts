import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {median} from '../../src/engine/native/statistics.ts';
import {provide} from '../peers/provide.ts';
import type {Network} from './network.ts';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const bridge = (...args: readonly string[]): readonly string[] => [process.execPath, entry, ...args];

export type Direction = 'download' | 'upload';

const transfer = z.object({
  bytesPerSecond: z.number(),
  latency: z.object({iqmMs: z.number()}),
});

const measured = z.object({
  measurement: z.object({ping: z.object({latencyMs: z.number()}), download: transfer, upload: transfer}),
});
export type Measured = z.infer<typeof measured>['measurement'];

const reflectorPort = 8989;

/** Starts the project's reflector on the server. Gives its URL once it listens. */
export const startReflector = async (network: Network): Promise<string> => {
  const listen = `${network.serverAddress}:${reflectorPort}`;
  const {stdout} = network.start(
    'server',
    bridge('reflector', '--listen', listen, '--allowed-ips', '198.18.0.0/15'),
  );
  if (stdout !== null) await once(stdout, 'data');
  return `http://${listen}/`;
};

/** Runs the built program's native engine on the client against a LibreSpeed server. */
export const measure = async (
  network: Network,
  url: string,
  {seconds, connections}: {readonly seconds: number; readonly connections?: number},
): Promise<Measured> => {
  const command = bridge('test', '--engine', 'librespeed', '--server', url, '--json');
  const settings = [
    ['--engines-librespeed-duration', `${seconds}s`],
    connections === undefined ? [] : ['--engines-librespeed-connections', String(connections)],
  ].flat();
  const {stdout} = await network.run('client', [...command, ...settings]);
  return measured.parse(JSON.parse(stdout)).measurement;
};

const report = z.object({end: z.object({sum_received: z.object({bits_per_second: z.number()})})});

/** Seconds of TCP's slow start that iperf3 leaves out. */
const omitSeconds = 2;

/**
 * The rate that iperf3's receiver saw over four connections, in bytes per second. It counts TCP's payload, and so
 * includes what HTTP's heads take of ours.
 */
export const iperf3Rate = async (
  network: Network,
  direction: Direction,
  {seconds}: {readonly seconds: number},
): Promise<number> => {
  const iperf3 = await provide('iperf3');
  const server = network.start('server', [iperf3, '--server', '--one-off', '--forceflush']);
  const ended = once(server, 'close');
  if (server.stdout !== null) await once(server.stdout, 'data');
  const reverse = direction === 'download' ? ['--reverse'] : [];
  const times = ['--time', String(seconds), '--omit', String(omitSeconds)];
  const to = ['--client', network.serverAddress, '--parallel', '4', '--json'];
  const {stdout} = await network.run('client', [iperf3, ...to, ...times, ...reverse]);
  await ended;
  return report.parse(JSON.parse(stdout)).end.sum_received.bits_per_second / 8;
};

/** The median round trip of ICMP echoes from client to server, in milliseconds. */
export const icmpRoundTripMs = async (network: Network): Promise<number> => {
  const fping = await provide('fping');
  const target = network.serverAddress;
  // The first is for the address resolution.
  const {stderr} = await network.run('client', [fping, '-q', '-C', '21', '-p', '50', target]);
  const [, times = ''] = stderr.split(' : ');
  return median(times.trim().split(' ').slice(1).map(Number.parseFloat));
};

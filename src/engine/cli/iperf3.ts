import {isIPv6} from 'node:net';
import {z} from 'zod';
import type {Transfer} from '../../result.ts';
import {sleep} from '../../sleep.ts';
import {type Engine, EngineError, type JobNetwork} from '../engine.ts';
import {abortFailure} from '../native/failure.ts';
import {exitFailure, spokenFailure} from './failure.ts';
import {type Output, runProgram} from './program.ts';
import {believableTransfer, readJson, readShape} from './read.ts';
import {dottedNumber} from './version.ts';

/** Settings of iperf3 (https://github.com/esnet/iperf), against a server of one's own. */
export interface Iperf3Settings {
  readonly path: string;
  readonly host: string;
  readonly port: number;
  /** Whole seconds, each run, after what is omitted. */
  readonly durationMs: number;
  /** Whole seconds at the start of each run that do not count: slow start. */
  readonly omitMs: number;
  readonly streams: number;
  /** Rate of a run over UDP that measures packet loss, in iperf3's own form (`10M` bits per second); none when absent. */
  readonly udpRate?: string;
}

export type Iperf3Run = 'download' | 'upload' | 'loss';

/** The program's arguments for one run, by its `--help`. Loss is measured from the server to here. */
export const iperf3Args = (settings: Iperf3Settings & JobNetwork, run: Iperf3Run): readonly string[] => {
  const {host, port, durationMs, omitMs, streams, udpRate, ipFamily, sourceAddress} = settings;
  const udp = run === 'loss' && udpRate !== undefined ? ['-u', '-b', udpRate] : ['-P', String(streams)];
  return [
    ...['-J', '-c', host, '-p', String(port), '-t', String(durationMs / 1000)],
    ...(omitMs === 0 ? [] : ['-O', String(omitMs / 1000)]),
    ...(run === 'upload' ? [] : ['-R']),
    ...udp,
    ...(ipFamily === undefined ? [] : [`-${ipFamily}`]),
    ...(sourceAddress === undefined ? [] : ['-B', sourceAddress]),
  ];
};

/** What the receiver counted. */
const received = z.object({
  seconds: z.number(),
  bytes: z.number(),
  bits_per_second: z.number(),
  packets: z.number().optional(),
  lost_packets: z.number().optional(),
});

const report = z.object({
  error: z.string().optional(),
  start: z.object({version: z.string().optional()}).optional(),
  end: z.object({sum_received: received.optional()}).optional(),
});

/** One run's report. */
export interface Iperf3Report {
  readonly version?: string;
  readonly received: z.output<typeof received>;
}

/** What one run measured. Throws an `EngineError`: an error is told in the JSON, with an exit code of 0 or 1. */
export const readIperf3 = (what: string, output: Output): Iperf3Report => {
  if (output.exitCode !== 0 && output.stdout.trim() === '') throw exitFailure(what, output);
  const {error, start, end} = readShape(what, report, readJson(what, output.stdout));
  if (error !== undefined) throw spokenFailure(what, error);
  if (end?.sum_received === undefined) {
    throw new EngineError('bad-output', `${what}: end.sum_received: the receiver's figure is missing`);
  }
  const version = dottedNumber(start?.version ?? '');
  return {...(version !== undefined && {version}), received: end.sum_received};
};

const transferOf = ({received: {bits_per_second: bitsPerSecond, bytes, seconds}}: Iperf3Report) =>
  ({bytesPerSecond: bitsPerSecond / 8, bytes, elapsedMs: seconds * 1000}) satisfies Transfer;

/** The packets of a run over UDP; nothing where none came, or where reordering made iperf3's count impossible. */
const packetsOf = ({received: {packets = 0, lost_packets: lost = Number.NaN}}: Iperf3Report) =>
  packets > 0 && lost >= 0 && lost <= packets ? {sent: packets, received: packets - lost} : undefined;

const busyTries = 8;
const busyWaitMs = 250;

/**
 * iperf3: rates as the receiver counted them, and packet loss where a rate for UDP is given. Its round-trip times are
 * those of the loaded streams, so there is no idle latency, and none under load either: three figures of a smoothed
 * value are no distribution. Nor is the jitter of UDP reported, which is one way and at a rate, not that of idle round
 * trips. Each direction is a run of its own, whose end is reported.
 */
export const iperf3Engine = (settings: Iperf3Settings & JobNetwork): Engine => {
  const {path: program, host, port, udpRate} = settings;
  const server = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const what = `${program} with ${server}`;
  return async ({onProgress}, signal) => {
    const once = async (run: Iperf3Run): Promise<Iperf3Report> =>
      readIperf3(what, await runProgram({program, args: iperf3Args(settings, run)}, signal));
    /** A server may take the next run for a second client while it still puts away the one before. */
    const next = async (run: Iperf3Run): Promise<Iperf3Report> => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(run);
        } catch (error) {
          const busy = error instanceof EngineError && error.failureClass === 'refused';
          if (!busy || tries === busyTries) throw error;
        }
        await sleep(busyWaitMs, signal);
      }
    };
    onProgress({phase: 'connect', server});
    const first = await once('download');
    const download = believableTransfer(what, 'download', transferOf(first));
    onProgress({phase: 'download', ...download, fraction: 1});
    const upload = believableTransfer(what, 'upload', transferOf(await next('upload')));
    onProgress({phase: 'upload', ...upload, fraction: 1});
    const packets = udpRate === undefined ? undefined : packetsOf(await next('loss'));
    if (packets) onProgress({phase: 'packet-loss', ...packets, fraction: 1});
    if (signal.aborted) throw abortFailure(what, signal);
    return {
      engine: {name: 'iperf3', ...(first.version !== undefined && {version: first.version})},
      server: {host: server},
      download,
      upload,
      ...(packets && {packetLossPercent: (100 * (packets.sent - packets.received)) / packets.sent}),
    };
  };
};

import type {Measurement} from '../../result.ts';
import type {TestRun} from '../engine.ts';
import {createDownloadStream} from './download.ts';
import {adaptiveConnections} from './growth.ts';
import {echoCount, measureIcmpLoss} from './icmp-loss.ts';
import {measureIdleLatency} from './latency.ts';
import {lossCount, measurePacketLoss} from './packet-loss.ts';
import type {ClientSettings} from './session.ts';
import {measureTransfer} from './transfer.ts';
import {createUploadStream} from './upload.ts';

/** Where to measure: the URLs of one server. */
export interface Target {
  /** GET answers with many incompressible bytes. */
  readonly download: URL;
  /** The same with fewer bytes, the most first, for a server that refuses the larger ones with 403. */
  readonly smallerDownloads?: readonly URL[];
  /** POST takes any body, and answers once it has taken it. */
  readonly upload: URL;
  /** GET answers at once, with next to nothing. */
  readonly ping: URL;
  /** POST opens a session in which datagrams are sent back, where the server has that; absent where it can't. */
  readonly echo?: URL;
}

/** How to measure. Absent members take the defaults. */
export interface MeasureSettings {
  /** Time of each direction, warm-up included. */
  readonly durationMs?: number;
  /** Connections of each direction; as many as the line needs when absent. */
  readonly connections?: number;
  /** A direction ends when it has moved this much; only time ends it when absent. */
  readonly maxBytes?: number;
  /** Round trips that make up the idle latency. */
  readonly pingCount?: number;
  /** Whether packet loss is measured by ICMP where the server does not send datagrams back. */
  readonly icmpPacketLoss?: boolean;
  /** How long a server may be silent before it counts as hanging. */
  readonly stallTimeoutMs?: number;
}

export const defaultStallTimeoutMs = 5000;

/** What is measured; packet loss only where it could be. */
export type Measured = Required<Pick<Measurement, 'ping' | 'download' | 'upload'>> &
  Pick<Measurement, 'packetLossPercent'>;

/**
 * Measures idle latency, packet loss where the server lets it, download and upload, in this order. Rejects with an
 * `EngineError`.
 */
export const measureTarget = async (
  target: Target,
  settings: MeasureSettings & ClientSettings,
  run: Pick<TestRun, 'onProgress' | 'onWarning'>,
  signal: AbortSignal,
): Promise<Measured> => {
  const {onProgress} = run;
  const {durationMs = 10_000, connections, pingCount = 20, stallTimeoutMs = defaultStallTimeoutMs} = settings;
  const range = connections === undefined ? adaptiveConnections : {least: connections, most: connections};
  const common = {...settings, pingUrl: target.ping, durationMs, connections: range, stallTimeoutMs};
  const idle = {...settings, count: pingCount, timeoutMs: stallTimeoutMs};
  const ping = await measureIdleLatency(target.ping, idle, onProgress, signal);
  const loss = {...settings, count: lossCount(durationMs), timeoutMs: stallTimeoutMs};
  const icmp = {...settings, count: echoCount(durationMs), timeoutMs: stallTimeoutMs};
  const packetLossPercent =
    (target.echo && (await measurePacketLoss(target.echo, loss, onProgress, signal))) ??
    (settings.icmpPacketLoss ? await measureIcmpLoss(target.ping, icmp, run, signal) : undefined);
  return {
    ping,
    ...(packetLossPercent !== undefined && {packetLossPercent}),
    download: await measureTransfer(
      {
        ...common,
        direction: 'download',
        url: target.download,
        stream: createDownloadStream(target.smallerDownloads),
      },
      onProgress,
      signal,
    ),
    upload: await measureTransfer(
      {...common, direction: 'upload', url: target.upload, stream: createUploadStream()},
      onProgress,
      signal,
    ),
  };
};

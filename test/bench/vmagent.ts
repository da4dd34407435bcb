import {cpSync, rmSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {compress} from 'snappyjs';
import type {TimeSeries} from '../../src/remote-write/series.ts';
import {v1} from '../../src/remote-write/v1.ts';
import type {Child} from './child.ts';
import {progress} from './messages.ts';
import {type RunningProgram, startProgram} from './program.ts';
import {map, recordedRows, sentLabels} from './recorded.ts';

export interface Vmagent {
  /** The executable. */
  readonly path: string;
  /** Where it listens. */
  readonly port: number;
  /** Where it writes to: the receiver. Its queue belongs to this address. */
  readonly url: string;
}

/**
 * Starts vmagent with its queue in that folder.
 * @param args flags besides.
 */
export const startVmagent = (
  {path, port, url}: Vmagent,
  queueFolder: string,
  args: readonly string[] = [],
): Promise<RunningProgram> =>
  startProgram(
    path,
    [
      `-remoteWrite.url=${url}`,
      `-remoteWrite.tmpDataPath=${queueFolder}`,
      // Remote write 1.0, as the bridge sends it, and not the protocol of its own maker's servers.
      '-remoteWrite.forcePromProto',
      `-httpListenAddr=127.0.0.1:${port}`,
      '-loggerLevel=ERROR',
      ...args,
    ],
    `http://127.0.0.1:${port}/health`,
  );

/** How many results go into one request to vmagent, which queues them in blocks of its own. */
const resultsInRequest = 200;

/** Gives vmagent the recorded results one by one, as live tests would, while nobody listens at its URL. */
export const fillQueue = async (vmagent: Vmagent, queueFolder: string, results: number): Promise<void> => {
  const running = await startVmagent(vmagent, queueFolder);
  const send = async (series: readonly TimeSeries[]): Promise<void> => {
    const {status} = await fetch(`http://127.0.0.1:${vmagent.port}/api/v1/write`, {
      method: 'POST',
      headers: {...v1.headers, 'content-encoding': 'snappy'},
      body: compress(v1.encode(series).bytes),
    });
    if (status !== 204) throw new Error(`vmagent answered ${status}`);
  };
  let series: TimeSeries[] = [];
  for (const row of recordedRows(results)) {
    for (const {name, labels, help, value} of map(row)) {
      const sent = sentLabels(name, labels) ?? [];
      series.push({labels: sent, help, values: [value], timestampsMs: [row.result.endedAtMs]});
    }
    if (row.id % resultsInRequest === 0 || row.id === results) {
      await send(series);
      series = [];
    }
  }
  await running.stop();
};

const settledMs = 1000;

/** Lets vmagent drain a copy of its queue, until the receiver has had no request for a while. */
export const drainQueue = async (vmagent: Vmagent, queueFolder: string, receiver: Child): Promise<void> => {
  const copy = `${queueFolder}-copy`;
  rmSync(copy, {recursive: true, force: true});
  cpSync(queueFolder, copy, {recursive: true});
  const running = await startVmagent(vmagent, copy);
  let before = 0;
  for (;;) {
    await sleep(settledMs);
    const requests = progress.parse(await receiver.ask('progress'));
    if (requests > 0 && requests === before) break;
    before = requests;
  }
  await running.stop();
};

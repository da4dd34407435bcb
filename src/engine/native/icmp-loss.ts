import {pingEchoes, pingIntervalMs} from '../cli/ping.ts';
import {EngineError, type TestRun} from '../engine.ts';
import {hostOf, openConnection} from './connection.ts';
import {silenceFailure} from './failure.ts';
import type {ClientSettings} from './session.ts';

export interface IcmpLossSettings extends ClientSettings {
  /** How many echo requests to send. */
  readonly count: number;
  /** How long the server may take to be connected to. */
  readonly timeoutMs: number;
  /** The program to send them with; `ping` on PATH when absent. */
  readonly program?: string;
}

/** How many echo requests to send in a test whose transfers take so long: for that time, 100 at most. */
export const echoCount = (durationMs: number): number =>
  Math.min(Math.max(Math.round(durationMs / pingIntervalMs), 1), 100);

/** The address at which a server is reached, of the several that its name may have. */
const addressOf = async (url: URL, settings: IcmpLossSettings, signal: AbortSignal): Promise<string> => {
  const what = `connection to ${url.host}`;
  const stop = new AbortController();
  const late = silenceFailure(what, 'no answer', settings.timeoutMs);
  const timer = setTimeout(() => stop.abort(late), settings.timeoutMs);
  try {
    const connection = await openConnection(url, {...settings, what}, AbortSignal.any([signal, stop.signal]));
    const {remoteAddress} = connection.ends();
    connection.close();
    if (remoteAddress === undefined) throw new EngineError('connection', `${what}: closed at once`);
    return remoteAddress;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Measures what part of ICMP echo requests to a server is not answered, in percent. `undefined` where that can't be
 * known: when `ping` is missing, may not be run or fails, or when no answer comes at all. `run` is told why. Rejects only
 * when `signal` aborts: a test is not given up for this.
 */
export const measureIcmpLoss = async (
  url: URL,
  settings: IcmpLossSettings,
  run: Pick<TestRun, 'onProgress' | 'onWarning'>,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const {count, program, sourceAddress} = settings;
  try {
    const address = await addressOf(url, settings, signal);
    run.onProgress({phase: 'packet-loss', sent: 0, received: 0, fraction: 0});
    const {sent, received} = await pingEchoes(
      {address, count, ...(program && {program}), ...(sourceAddress && {sourceAddress})},
      signal,
    );
    run.onProgress({phase: 'packet-loss', sent, received, fraction: 1});
    if (received > 0) return (100 * (sent - received)) / sent;
    throw new EngineError('no-server', `${hostOf(url)} answers no echo request`);
  } catch (error) {
    if (!(error instanceof EngineError) || signal.aborted) throw error;
    run.onWarning?.(`packet loss is not measured by ICMP: ${error.message}`);
    return undefined;
  }
};

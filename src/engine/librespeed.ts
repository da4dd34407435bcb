import type {Measurement} from '../result.ts';
import {type Engine, EngineError, type JobNetwork, type TestRun} from './engine.ts';
import {discoverServer} from './librespeed/discover.ts';
import {askIsp} from './librespeed/isp.ts';
import {nearestServer} from './librespeed/nearest.ts';
import {type LibrespeedServer, locate, parseBaseUrl, type ServicePaths} from './librespeed/server.ts';
import {hostOf} from './native/connection.ts';
import {defaultStallTimeoutMs, type MeasureSettings, measureTarget} from './native/measure.ts';

/** A server by its base URL, its services found by asking unless their paths are given; or the nearest of a list. */
export type ServerChoice =
  | {readonly url: string; readonly name?: string; readonly paths?: ServicePaths}
  | {readonly list: readonly LibrespeedServer[]};

export interface LibrespeedSettings extends MeasureSettings, JobNetwork {
  readonly server: ServerChoice;
  /** The engine's version, which is the package's. */
  readonly version: string;
  /** PEM certificates of the authorities to trust instead of the usual ones. */
  readonly ca?: string;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/** Longest wait for one server of a list: a server that takes longer is not the nearest. */
const probeTimeoutMs = 2000;

type Choose = (run: TestRun, signal: AbortSignal) => Promise<LibrespeedServer>;

const chooser = (settings: LibrespeedSettings, userAgent: string, timeoutMs: number): Choose => {
  const {server: choice} = settings;
  const client = {...settings, userAgent};
  if ('list' in choice) {
    const nearest = {
      ...client,
      timeoutMs: Math.min(timeoutMs, probeTimeoutMs),
      random: settings.random ?? Math.random,
    };
    return async (run, signal) => {
      const server = await nearestServer(choice.list, nearest, signal);
      run.onProgress({phase: 'connect', server: server.name ?? hostOf(server.ping)});
      return server;
    };
  }
  const {url, name, paths} = choice;
  const base = parseBaseUrl(url);
  if (base === undefined) {
    throw new EngineError(
      'no-server',
      'librespeed server: expected an http:// or https:// address without user, query and fragment',
    );
  }
  return async (run, signal) => {
    run.onProgress({phase: 'connect', server: name ?? hostOf(base)});
    const server = paths ? locate(base, paths) : await discoverServer(base, {...client, timeoutMs}, signal);
    return {...server, ...(name !== undefined && {name})};
  };
};

/**
 * The native engine against a server that speaks the LibreSpeed protocol. It measures latency, download and upload as
 * `native/README.md` says, and packet loss where the server is the project's own reflector. Throws an `EngineError` at
 * once for an unusable server address.
 */
export const librespeedEngine = (settings: LibrespeedSettings): Engine => {
  const {version, stallTimeoutMs: timeoutMs = defaultStallTimeoutMs} = settings;
  const client = {...settings, userAgent: `speedtest-bridge/${version}`};
  const choose = chooser(settings, client.userAgent, timeoutMs);
  return async (run, signal): Promise<Measurement> => {
    const server = await choose(run, signal);
    const isp = server.getIp && (await askIsp(server.getIp, {...client, timeoutMs}, signal));
    const measured = await measureTarget(server, client, run.onProgress, signal);
    const {id, name, ping} = server;
    return {
      engine: {name: 'librespeed', version},
      server: {...(id !== undefined && {id}), ...(name !== undefined && {name}), host: hostOf(ping)},
      ...(isp !== undefined && {isp}),
      ...measured,
    };
  };
};

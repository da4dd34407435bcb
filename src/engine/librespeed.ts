import type {FailureClass, Measurement} from '../result.ts';
import {type Engine, EngineError, type JobNetwork, type TestRun} from './engine.ts';
import {discoverServer} from './librespeed/discover.ts';
import {askIsp} from './librespeed/isp.ts';
import {nearestServers} from './librespeed/nearest.ts';
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

/** The servers to try, in this order. */
type Choose = (run: TestRun, signal: AbortSignal) => Promise<readonly LibrespeedServer[]>;

/** How many servers of a list are tried before the engine has failed. */
const mostTried = 3;

/** The failures that speak of one server and say nothing of another. */
const serversOwn: ReadonlySet<FailureClass> = new Set([
  'no-server',
  'refused',
  'timeout',
  'bad-output',
  'dns',
  'tls',
  'connection',
]);

const chooser = (settings: LibrespeedSettings, userAgent: string, timeoutMs: number): Choose => {
  const {server: choice} = settings;
  const client = {...settings, userAgent};
  if ('list' in choice) {
    const nearest = {
      ...client,
      timeoutMs: Math.min(timeoutMs, probeTimeoutMs),
      random: settings.random ?? Math.random,
    };
    return async (_run, signal) => (await nearestServers(choice.list, nearest, signal)).slice(0, mostTried);
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
    const named = name !== undefined && {name};
    if (paths !== undefined) return [{...locate(base, paths), ...named}];
    run.onProgress({phase: 'connect', server: name ?? hostOf(base)});
    return [{...(await discoverServer(base, {...client, timeoutMs}, signal)), ...named}];
  };
};

/**
 * The native engine against a server that speaks the LibreSpeed protocol. It measures latency, download and upload as
 * `native/README.md` says, and packet loss where the server is the project's own reflector or ICMP is allowed. When a
 * server of a list fails in a way that says nothing of the others, the next nearest is tried, and `run` is told. Throws an
 * `EngineError` at once for an unusable server address.
 */
export const librespeedEngine = (settings: LibrespeedSettings): Engine => {
  const {version, stallTimeoutMs: timeoutMs = defaultStallTimeoutMs} = settings;
  const client = {...settings, userAgent: `speedtest-bridge/${version}`};
  const choose = chooser(settings, client.userAgent, timeoutMs);

  const measure = async (
    server: LibrespeedServer,
    run: TestRun,
    signal: AbortSignal,
  ): Promise<Measurement> => {
    const {id, name, ping} = server;
    run.onProgress({phase: 'connect', server: name ?? hostOf(ping)});
    const isp = server.getIp && (await askIsp(server.getIp, {...client, timeoutMs}, signal));
    const measured = await measureTarget(server, client, run, signal);
    return {
      engine: {name: 'librespeed', version},
      server: {...(id !== undefined && {id}), ...(name !== undefined && {name}), host: hostOf(ping)},
      ...(isp !== undefined && {isp}),
      ...measured,
    };
  };

  return async (run, signal) => {
    const tryEach = async ([server, ...others]: readonly LibrespeedServer[]): Promise<Measurement> => {
      if (server === undefined) throw new EngineError('no-server', 'librespeed: no server to test against');
      try {
        return await measure(server, run, signal);
      } catch (error) {
        const isOver = signal.aborted || others.length === 0;
        if (isOver || !(error instanceof EngineError) || !serversOwn.has(error.failureClass)) throw error;
        run.onServerFailed?.(server.name ?? hostOf(server.ping), error);
        return tryEach(others);
      }
    };
    return tryEach(await choose(run, signal));
  };
};

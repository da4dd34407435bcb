import {askIdentity} from './cloudflare/identity.ts';
import {cloudflareService} from './cloudflare/service.ts';
import {type Engine, EngineError, type JobNetwork} from './engine.ts';
import {parseBaseUrl} from './librespeed/server.ts';
import {hostOf} from './native/connection.ts';
import {defaultStallTimeoutMs, type MeasureSettings, measureTarget} from './native/measure.ts';

export interface CloudflareSettings extends MeasureSettings, JobNetwork {
  /** Base address of the service. */
  readonly url: string;
  /** The engine's version, which is the package's. */
  readonly version: string;
  /** PEM certificates of the authorities to trust instead of the usual ones. */
  readonly ca?: string;
}

/**
 * The native engine against speed.cloudflare.com, or a server with its HTTP interface. It measures latency, download
 * and upload as `native/README.md` says; packet loss where ICMP is allowed. Which data centre answers is up to the network.
 * Throws an `EngineError` at once for an unusable address.
 */
export const cloudflareEngine = (settings: CloudflareSettings): Engine => {
  const {version, url, stallTimeoutMs: timeoutMs = defaultStallTimeoutMs} = settings;
  const client = {...settings, userAgent: `speedtest-bridge/${version}`};
  const base = parseBaseUrl(url);
  if (base === undefined) {
    throw new EngineError(
      'no-server',
      'cloudflare url: expected an http:// or https:// address without user, query and fragment',
    );
  }
  const service = cloudflareService(base);
  const host = hostOf(base);
  const asking = {...client, timeoutMs, what: `asking ${base.host} who it is`};
  return async (run, signal) => {
    run.onProgress({phase: 'connect', server: host});
    const {server, ...about} = await askIdentity(service, asking, signal);
    const measured = await measureTarget(service, client, run, signal);
    return {engine: {name: 'cloudflare', version}, server: {...server, host}, ...about, ...measured};
  };
};

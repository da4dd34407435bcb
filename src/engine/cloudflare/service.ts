import {below} from '../librespeed/server.ts';
import type {Target} from '../native/measure.ts';

/** The URLs of Cloudflare's speed test, or of a server with the same interface. */
export interface CloudflareService extends Target {
  /** Tells who answers: `KEY=VALUE` lines. */
  readonly trace: URL;
  /** Tells who asks, in JSON; the service refuses it at times. */
  readonly meta: URL;
}

/**
 * How many bytes to ask for at once: few requests, because the service limits their rate, and below 100 MB, from which
 * on it serves its own page alone (403). The smaller sizes are for a service with a lower limit.
 */
const downloadBytes = 90_000_000;
const smallerDownloadBytes = [25_000_000, 10_000_000, 1_000_000] as const;

/** The service's URLs below its base URL, such as `https://speed.cloudflare.com/`. */
export const cloudflareService = (base: URL): CloudflareService => {
  const download = (bytes: number): URL => below(base, `__down?bytes=${bytes}`);
  return {
    download: download(downloadBytes),
    smallerDownloads: smallerDownloadBytes.map(download),
    upload: below(base, '__up'),
    ping: download(0),
    trace: below(base, 'cdn-cgi/trace'),
    meta: below(base, 'meta'),
  };
};

import {echoPath} from '../../reflector/echo-protocol.ts';
import type {Layout} from '../../reflector/protocol.ts';
import type {Target} from '../native/measure.ts';

/** One LibreSpeed server, with the URLs of its services. */
export interface LibrespeedServer extends Target {
  readonly id?: string;
  readonly name?: string;
  /** Says who the client is; absent where nobody need ask. */
  readonly getIp?: URL;
}

/** Paths of a server's services, relative to its base URL. */
export interface ServicePaths extends Layout {
  /** Where to ping; `empty` when absent. */
  readonly ping?: string;
}

/** Chunks of 1 MiB per download request: what LibreSpeed's own clients ask for, and servers are made for. */
const chunksPerRequest = 100;

/**
 * The base URL that a text stands for: http or https, `//host` meaning https, always with a slash at its end.
 * `undefined` for everything else, and for one with user information, a query or a fragment.
 */
export const parseBaseUrl = (text: string): URL | undefined => {
  const absolute = text.startsWith('//') ? `https:${text}` : text;
  if (!/^https?:\/\//i.test(absolute) || !URL.canParse(absolute)) return undefined;
  const url = new URL(absolute);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
};

/** An address, or what was meant as one, as messages may show it: a reflector's token in it is left out. */
export const withoutToken = (address: string): string =>
  address.replace(/([/?&]token=)[^/?&#"\s]+/g, '$1<secret>');

/** The URL of a path below a base URL; a slash at the path's beginning makes no difference, as in librespeed-cli. */
export const below = (base: URL, path: string): URL => new URL(path.replace(/^\/+/, ''), base);

/** The URLs of services below a server's base URL. */
export const locate = (base: URL, paths: ServicePaths): Target & {readonly getIp: URL} => {
  const download = below(base, paths.garbage);
  download.searchParams.set('ckSize', String(chunksPerRequest));
  return {
    download,
    upload: below(base, paths.empty),
    ping: below(base, paths.ping ?? paths.empty),
    getIp: below(base, paths.getIp),
    echo: below(base, echoPath),
  };
};

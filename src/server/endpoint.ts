import {formatListen, type Listen, parseListen} from './listen.ts';

/** A Unix socket to listen on; `mode` holds its file's permissions, such as 0o660. */
export interface UnixListen {
  readonly path: string;
  readonly mode: number;
}

/** Where the web server listens. */
export type Endpoint = Listen | UnixListen;

export type ParsedEndpoint =
  | {readonly ok: true; readonly endpoint: Listen | Pick<UnixListen, 'path'>}
  /** One line that names the text and says what to write instead. */
  | {readonly ok: false; readonly problem: string};

/** What the system's `sockaddr_un` holds, without the zero at its end. */
const longestPathBytes = 107;

/** Reads `unix:/PATH`, or what `parseListen` reads. */
export const parseEndpoint = (text: string): ParsedEndpoint => {
  if (!text.startsWith('unix:')) {
    const parsed = parseListen(text);
    return parsed.ok ? {ok: true, endpoint: parsed.listen} : parsed;
  }
  const path = text.slice('unix:'.length);
  const refuse = (problem: string): ParsedEndpoint => ({
    ok: false,
    problem: `${JSON.stringify(text)} ${problem}`,
  });
  if (!path.startsWith('/')) return refuse('has no absolute path: write one such as unix:/run/bridge.sock');
  if (path.endsWith('/') || path.includes('\0')) return refuse('does not name a file');
  if (Buffer.byteLength(path) > longestPathBytes) {
    return refuse(`has a path of more than ${longestPathBytes} bytes, which no socket can have`);
  }
  return {ok: true, endpoint: {path}};
};

/**
 * Where a person on this machine reaches who listens at an address: over IP; undefined for a Unix socket.
 * @param port the one that was taken where the address has port 0.
 */
export const localUrl = (
  endpoint: Endpoint,
  isSecure: boolean,
  port = 'port' in endpoint ? endpoint.port : 0,
) => {
  if ('path' in endpoint) return undefined;
  const {host} = endpoint;
  const isEverywhere = host === undefined || host === '::' || host === '0.0.0.0';
  const address = formatListen({host: isEverywhere ? 'localhost' : host, port});
  return `${isSecure ? 'https' : 'http'}://${address}`;
};

/** As `parseEndpoint` reads it. */
export const formatEndpoint = (endpoint: Listen | Pick<UnixListen, 'path'>): string =>
  'path' in endpoint ? `unix:${endpoint.path}` : formatListen(endpoint);

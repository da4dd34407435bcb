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

/** As `parseEndpoint` reads it. */
export const formatEndpoint = (endpoint: Listen | Pick<UnixListen, 'path'>): string =>
  'path' in endpoint ? `unix:${endpoint.path}` : formatListen(endpoint);

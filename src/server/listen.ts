import {once} from 'node:events';
import {isIPv4, isIPv6, type Server} from 'node:net';

/** Where a server listens. Without a host: on all interfaces, IPv6 and IPv4 alike. Port 0 takes a free one. */
export interface Listen {
  readonly host?: string;
  readonly port: number;
}

export type ParsedListen =
  | {readonly ok: true; readonly listen: Listen}
  /** One line that names the text and says what to write instead. */
  | {readonly ok: false; readonly problem: string};

const examples = 'such as :9817, 127.0.0.1:9817 or [::1]:9817';

const problemOf = (text: string): string => {
  if (/^\d+$/.test(text)) return `has no colon before the port: write :${text}`;
  if (isIPv6(text)) return `needs brackets and a port: write [${text}]:9817`;
  if (isIPv4(text)) return `has no port: write ${text}:9817`;
  if (/^localhost:/i.test(text)) return 'names a host: write 127.0.0.1 or [::1] in place of localhost';
  if (/^\*:/.test(text)) return 'has a *: for all interfaces, write nothing before the colon';
  return `is not an address to listen on: write one ${examples}`;
};

/** Reads `:PORT`, `IPV4:PORT` or `[IPV6]:PORT`. Host names are refused, as they can stand for several addresses. */
export const parseListen = (text: string): ParsedListen => {
  const refuse = (problem: string): ParsedListen => ({
    ok: false,
    problem: `${JSON.stringify(text)} ${problem}`,
  });
  const match = /^(?:\[(?<ipv6>[^\]]*)\]|(?<ipv4>[\d.]*)):(?<port>0|[1-9]\d*)$/.exec(text);
  if (match === null) return refuse(problemOf(text));
  const {ipv6, ipv4, port: digits} = match.groups ?? {};
  const port = Number(digits);
  if (port > 65_535) return refuse('has a port above 65535');
  if (ipv4 === '') return {ok: true, listen: {port}};
  if (ipv4 !== undefined && isIPv4(ipv4)) return {ok: true, listen: {host: ipv4, port}};
  if (ipv6 !== undefined && isIPv6(ipv6)) return {ok: true, listen: {host: ipv6, port}};
  return refuse(problemOf(text));
};

/** As `parseListen` reads it: `:9817`, `127.0.0.1:9817`, `[::1]:9817`. */
export const formatListen = ({host = '', port}: Listen): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is already in use',
  EADDRNOTAVAIL: "is not one of this machine's own",
  EACCES: 'may not be listened on by this user',
  EAFNOSUPPORT: 'is of a kind that this machine does not support',
  ENOENT: 'is in a folder that is not there',
};

/** An address can't be listened on. `message` is one line that names it; `code` is the system's, such as EADDRINUSE. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(address: string, setting: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const why = reasons[code] ?? `can't be listened on: ${code}`;
    super(`address ${address} ${why} (${setting})`, {cause});
    this.code = code;
  }
}

/** Beyond it, a client tries again after a second: as many as Linux takes by default, not Node's 511. */
export const backlog = 4096;

/**
 * Starts listening and gives the port, which is the system's choice where `listen` has port 0.
 * Rejects with a `ListenError` whose message ends in `setting`, the configuration's key for the address.
 */
export const startListening = async (server: Server, listen: Listen, setting: string): Promise<number> => {
  server.listen({...listen, backlog});
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ListenError(formatListen(listen), setting, cause);
  }
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : listen.port;
};

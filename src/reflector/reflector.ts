import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {isIPv6} from 'node:net';
import {answer, commonHeaders, createRoutes, type Routes} from './routes.ts';

export interface ReflectorSettings {
  /** Address or host name to listen on. */
  readonly host: string;
  /** 0 for a free port. */
  readonly port: number;
  /** A connection that carries nothing for this long is closed. */
  readonly idleTimeoutMs?: number;
}

/** A running reflector. */
export interface Reflector {
  readonly host: string;
  readonly port: number;
  /** Base URL, with a slash at its end. */
  readonly url: string;
  /** Ends every connection, transfers under way included, and stops listening. */
  close(): Promise<void>;
}

const handler =
  (routes: Routes) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    const query = new URLSearchParams(search);
    for (const [name, value] of Object.entries(commonHeaders(query))) response.setHeader(name, value);
    answer(routes, request, response, {path, query});
  };

/**
 * Starts a test server that speaks the LibreSpeed protocol (`protocol.ts`) over plain HTTP.
 * Resolves once it listens; rejects with one line that names the address when it can't.
 */
export const startReflector = async (settings: ReflectorSettings): Promise<Reflector> => {
  const {host, port, idleTimeoutMs = 30_000} = settings;
  const server = createServer(
    {
      requestTimeout: 0, // an upload may take as long as it likes, as long as it moves
      headersTimeout: idleTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.ceil(idleTimeoutMs / 2),
    },
    handler(createRoutes()),
  );
  server.timeout = idleTimeoutMs;
  const place = isIPv6(host) ? `[${host}]` : host;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the reflector can't listen on ${place}:${port}: ${reason}`, {cause});
  }
  const address = server.address();
  const boundPort = address !== null && typeof address === 'object' ? address.port : port;
  return {
    host,
    port: boundPort,
    url: `http://${place}:${boundPort}/`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

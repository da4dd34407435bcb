import {once} from 'node:events';
import {createServer, type RequestListener, type Server} from 'node:http';
import type {Closure, Connections} from './connections.ts';
import type {Endpoint} from './endpoint.ts';
import {startListening} from './listen.ts';
import {createTlsServer, type TlsSettings} from './tls.ts';
import {startListeningOnSocket} from './unix-socket.ts';

const limits = {
  /** All of a request must have arrived within this time. */
  requestMs: 10_000,
  /** A connection on which nothing moves, a client that reads nothing included, is closed. */
  silenceMs: 10_000,
  /** Longer than the minute between two scrapes, so that a scraper keeps its connection. */
  keepAliveMs: 75_000,
  headerBytes: 16_384,
} as const;

const options = {
  headersTimeout: limits.requestMs,
  requestTimeout: limits.requestMs,
  connectionsCheckingInterval: limits.requestMs / 2,
  keepAliveTimeout: limits.keepAliveMs,
  maxHeaderSize: limits.headerBytes,
} as const;

/** One address that is listened on. */
export interface Listener {
  /** The port, which is the system's choice where the endpoint has 0; undefined for a Unix socket. */
  readonly port: number | undefined;
  /** Takes no new connections, and resolves when all there are have ended. */
  close(): Promise<void>;
}

export interface ListenerSettings {
  readonly onRequest: RequestListener;
  /** For TCP; who may open a Unix socket is on this machine. */
  readonly tls: TlsSettings | undefined;
  readonly connections: Connections;
  readonly onClosed: (closure: Closure) => void;
  readonly warn: (message: string) => void;
}

const closeServer = async (server: Server): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  await closed;
};

/** Starts listening. Rejects with a `ListenError` that ends in `setting`. */
export const openListener = async (
  endpoint: Endpoint,
  setting: string,
  {onRequest, tls, connections, onClosed, warn}: ListenerSettings,
): Promise<Listener> => {
  const secure =
    tls && !('path' in endpoint)
      ? createTlsServer(
          tls,
          {...options, handshakeTimeout: limits.requestMs},
          {refused: () => onClosed('client_certificate'), problem: warn},
        )
      : undefined;
  const server: Server = secure?.server ?? createServer(options);
  server.timeout = limits.silenceMs;
  // Beyond its limit, Node 20 drops header lines without a word, and a proxy's X-Forwarded-For comes last.
  // Their total size is limited anyway.
  server.maxHeadersCount = 0;
  connections.watch(server, 'path' in endpoint ? 'unix' : 'tcp');
  const listener: RequestListener = (request, response) => {
    connections.begin(request, response, () => onRequest(request, response));
  };
  // Without listeners, Node answers an Expect header itself, before the allowlist is asked.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, listener);
  try {
    const port =
      'path' in endpoint
        ? await startListeningOnSocket(server, endpoint, setting).then(() => undefined)
        : await startListening(server, endpoint, setting);
    // Such as no file descriptor for a connection.
    server.on('error', (error) => warn(`web server: ${error.message}`));
    return {
      port,
      close: async () => {
        secure?.close();
        await closeServer(server);
      },
    };
  } catch (error) {
    secure?.close();
    throw error;
  }
};

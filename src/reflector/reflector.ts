import {once} from 'node:events';
import type {IncomingMessage, RequestListener, Server} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {isIPv6, type Socket} from 'node:net';
import {type Echo, startEcho} from './echo.ts';
import {createGate, type Gate, type GateSettings, type OnRefused} from './gate.ts';
import {InPlaceServer} from './in-place.ts';
import {answer, commonHeaders, createRoutes, type OpenEcho, type Routes, sendLine} from './routes.ts';
import {StartError} from './start-error.ts';
import {followTlsFiles, readTlsFiles, type TlsFiles, type TlsPair} from './tls-files.ts';
import {readTarget} from './token.ts';

/** What a reflector tells while it runs. */
export interface Notices {
  readonly refused: OnRefused;
  /** One line about what went wrong; the reflector goes on. */
  problem(message: string): void;
}

export interface ReflectorSettings extends GateSettings {
  /** Address or host name to listen on; all interfaces when absent. */
  readonly host?: string | undefined;
  /** 0 for free ports; else for TCP and UDP alike. */
  readonly port: number;
  /** A connection that carries nothing for this long is closed. */
  readonly idleTimeoutMs?: number;
  /** Serves HTTPS in place of HTTP. The files are read again while it runs. */
  readonly tls?: TlsFiles | undefined;
  /** Whether datagrams are sent back over UDP; true when absent. */
  readonly udp?: boolean | undefined;
  readonly notices?: Notices;
}

/** A running reflector. */
export interface Reflector {
  readonly port: number;
  /** Base URL, with a slash at its end. */
  readonly url: string;
  /** Ends every connection, transfers under way included, and stops listening. */
  close(): Promise<void>;
}

const limits = {
  /** A client's headers, all together. */
  headerBytes: 8 * 1024,
  /** All of a request must have arrived within this time. LibreSpeed's clients have at most 20 MB in one. */
  requestMs: 300_000,
  /** A request's body, where its length is told. */
  bodyBytes: 1024 ** 3,
  /** Connections of all clients together. */
  connections: 1000,
  /** How often it is looked who has moved more than allowed, and whether the TLS files are still the same. */
  cutOffEveryMs: 1000,
  tlsFilesEveryMs: 10_000,
} as const;

const silent: Notices = {refused: () => undefined, problem: () => undefined};

const isTooLarge = ({headers}: IncomingMessage): boolean =>
  Number.parseInt(headers['content-length'] ?? '0', 10) > limits.bodyBytes;

const handler =
  (routes: Routes, gate: Gate): RequestListener =>
  (request, response) => {
    // What was read along with a request that ended the connection comes here too.
    if (request.socket.destroyed) return;
    const {token, ...target} = readTarget(request.url ?? '');
    for (const [name, value] of Object.entries(commonHeaders(target.query))) response.setHeader(name, value);
    const admission = gate.admit(request, token);
    if ('status' in admission) {
      const headers = {...admission.headers, Connection: 'close'};
      sendLine(request, response, admission.status, admission.line, headers);
      return;
    }
    response.once('close', admission.leave);
    if (isTooLarge(request)) {
      sendLine(request, response, 413, `a request's body has at most ${limits.bodyBytes} bytes`);
      return;
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    answer(routes, request, response, target);
  };

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const createHttpServer = (idleTimeoutMs: number, tls: TlsPair | undefined) => {
  const options = {
    requestTimeout: limits.requestMs,
    headersTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.ceil(idleTimeoutMs / 2),
    maxHeaderSize: limits.headerBytes,
  };
  if (tls === undefined) return new InPlaceServer(options);
  return createTlsServer({...options, ...tls, handshakeTimeout: idleTimeoutMs, ALPNProtocols: ['http/1.1']});
};

const listen = async (server: Server, host: string | undefined, port: number): Promise<string> => {
  server.listen({port, ...(host !== undefined && {host})});
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('it has no IP address');
  return bound.address;
};

const portOf = (server: Server): number => {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
};

/** Keeps account of a server's connections, and gives what ends them and the server. */
const closerOf = (server: Server): (() => Promise<void>) => {
  const sockets = new Set<Socket>();
  // Not server.closeAllConnections(), which knows of no connection that has not said anything in TLS.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
};

/**
 * Starts a test server that speaks the LibreSpeed protocol (`protocol.ts`) and sends datagrams back
 * (`echo-protocol.ts`). Resolves once it listens; rejects with a `StartError` when it can't. Whatever its clients do, it
 * goes on, with bounded memory.
 */
export const startReflector = async (settings: ReflectorSettings): Promise<Reflector> => {
  const {host, port, idleTimeoutMs = 30_000, tls, udp = true, notices = silent} = settings;
  const nowMs = (): number => performance.now();
  const pair = tls && readTlsFiles(tls);
  const server = createHttpServer(idleTimeoutMs, pair);
  server.timeout = idleTimeoutMs;
  server.maxConnections = limits.connections;
  const closeServer = closerOf(server);

  let echo: Echo | undefined;
  const openEcho: OpenEcho = (client) => {
    const offer = echo?.open(client);
    if (offer === undefined) notices.refused('echo', `${client} asks for a session of datagrams too many`);
    return offer;
  };
  const gate = createGate(settings, notices.refused, nowMs);
  const onRequest = handler(createRoutes(udp ? openEcho : undefined), gate);
  server.on('connection', gate.connected);
  server.on('drop', (dropped) => {
    const from = dropped?.remoteAddress ?? 'a client';
    notices.refused('connections', `${from} comes while there are ${limits.connections} connections`);
  });
  server.on('request', onRequest);
  // Without this, Node has the body of a request sent that will be refused.
  server.on('checkContinue', onRequest);

  const place = host === undefined ? '' : isIPv6(host) ? `[${host}]` : host;
  const failure = (cause: unknown, what: string): StartError =>
    new StartError(`the reflector can't listen on ${place}:${port}${what}: ${reasonOf(cause)}`, {cause});
  const bound = await listen(server, host, port).catch((cause: unknown) => {
    throw failure(cause, '');
  });
  server.on('error', (error) => notices.problem(error.message)); // such as no file descriptor for a connection
  try {
    if (udp) echo = await startEcho(bound, port, notices.problem, nowMs);
  } catch (cause) {
    await closeServer();
    throw failure(cause, ' over UDP');
  }

  const cuttingOff = setInterval(gate.cutOff, limits.cutOffEveryMs).unref();
  const unfollow =
    tls && pair && 'setSecureContext' in server
      ? followTlsFiles(server, tls, pair, notices.problem, limits.tlsFilesEveryMs)
      : (): void => undefined;

  return {
    port: portOf(server),
    url: `${tls === undefined ? 'http' : 'https'}://${place || 'localhost'}:${portOf(server)}/`,
    close: async () => {
      unfollow();
      clearInterval(cuttingOff);
      await Promise.all([closeServer(), echo?.close()]);
    },
  };
};

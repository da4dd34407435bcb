import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {isIPv6} from 'node:net';
import {clientInfo} from './client-info.ts';
import {InPlaceServer, onceBodyTaken} from './in-place.ts';
import {chunkBytes, layouts, parseChunks} from './protocol.ts';
import {sendPieces} from './send-pieces.ts';

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

interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;
}

const neverCached = {
  'Cache-Control': 'no-store, no-cache, must-revalidate, max-age=0, s-maxage=0',
  Pragma: 'no-cache',
};

const crossOrigin = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Content-Encoding, Content-Type',
};

const plainAnswer = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {'Content-Type': 'text/plain', 'Content-Length': text.length}).end(text);
};

const garbage = (piece: Buffer): Route => ({
  methods: ['GET', 'HEAD'],
  answer: (request, response, query) => {
    const bytes = parseChunks(query.get('ckSize')) * chunkBytes;
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment; filename=random.dat',
      'Content-Length': bytes,
    });
    if (request.method === 'HEAD') response.end();
    else sendPieces(response, piece, bytes / piece.length);
  },
});

const empty: Route = {
  methods: ['GET', 'HEAD', 'POST'],
  answer: (request, response) => {
    // The answer says that the whole body has arrived, so it waits for the body's end.
    onceBodyTaken(request, () => response.writeHead(200, {'Content-Length': 0}).end());
  },
};

const getIp: Route = {
  methods: ['GET', 'HEAD'],
  answer: (request, response, query) => {
    const {remoteAddress} = request.socket;
    if (remoteAddress === undefined) return; // the client has gone
    const json = JSON.stringify(clientInfo(remoteAddress, query.has('isp')));
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(json),
    });
    response.end(request.method === 'HEAD' ? undefined : json);
  },
};

/** Divides a chunk. */
const pieceBytes = 256 * 1024;

const routeTable = (): ReadonlyMap<string, Route> => {
  // One buffer for every transfer: it stays in a processor's cache, and repeats too late for a link that compresses.
  const garbageRoute = garbage(randomBytes(pieceBytes));
  return new Map(
    layouts.flatMap((layout) => [
      [`/${layout.garbage}`, garbageRoute],
      [`/${layout.empty}`, empty],
      [`/${layout.getIp}`, getIp],
    ]),
  );
};

const handler =
  (routes: ReadonlyMap<string, Route>) => (request: IncomingMessage, response: ServerResponse) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const parameters = new URLSearchParams(query);
    for (const [name, value] of Object.entries({
      ...neverCached,
      ...(parameters.has('cors') && crossOrigin),
    })) {
      response.setHeader(name, value);
    }
    const route = routes.get(path);
    if (route === undefined) {
      plainAnswer(response, 404, 'not a path of the LibreSpeed protocol\n');
    } else if (route.methods.includes(request.method ?? '')) {
      route.answer(request, response, parameters);
    } else {
      response.setHeader('Allow', [...route.methods, 'OPTIONS'].join(', '));
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else plainAnswer(response, 405, 'method not allowed here\n');
    }
  };

/**
 * Starts a test server that speaks the LibreSpeed protocol (`protocol.ts`) over plain HTTP.
 * Resolves once it listens; rejects with one line that names the address when it can't.
 */
export const startReflector = async (settings: ReflectorSettings): Promise<Reflector> => {
  const {host, port, idleTimeoutMs = 30_000} = settings;
  const server = new InPlaceServer(
    {
      requestTimeout: 0, // an upload may take as long as it likes, as long as it moves
      headersTimeout: idleTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.ceil(idleTimeoutMs / 2),
    },
    handler(routeTable()),
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

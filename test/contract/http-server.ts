import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer, type ServerOptions} from 'node:https';
import {listenOnFreePort} from '../peers/port.ts';

/** A request that has been read to its end. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The connection's other end: one number as long as it is the same connection. */
  readonly clientPort: number;
}

export type Respond = (response: ServerResponse, request: ReceivedRequest) => unknown;

export interface HttpServer {
  readonly url: URL;
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Ends a server with its connections, if it has not ended yet. */
export const stopServer = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
};

/** A server on a free port of 127.0.0.1 that keeps what it receives and answers it by `respond`. */
export const startHttpServer = async (respond: Respond, tls?: ServerOptions): Promise<HttpServer> => {
  const requests: ReceivedRequest[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await readBody(request),
      clientPort: request.socket.remotePort ?? 0,
    };
    requests.push(received);
    await respond(response, received);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that goes away in the middle is some tests' very subject.
    onRequest(request, response).catch(() => response.destroy());
  };
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const port = await listenOnFreePort(server);
  return {
    url: new URL(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`),
    requests,
    stop: () => stopServer(server),
  };
};

import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {onTestFinished} from 'vitest';
import {listenOnFreePort} from '../../../peers/port.ts';
import {certificate, key} from './test-certificate.ts';

export interface RawServer {
  readonly url: URL;
  /** Every connection that was accepted, in order. */
  readonly sockets: readonly Socket[];
  close(): Promise<void>;
}

/** A server of bytes on 127.0.0.1, for answers that no HTTP server would give. Ends with the test. */
export const startRawServer = async (
  onConnection: (socket: Socket, count: number) => void,
  {tls = false}: {tls?: boolean} = {},
): Promise<RawServer> => {
  const sockets: Socket[] = [];
  const accept = (socket: Socket): void => {
    socket.on('error', () => undefined); // clients that go away are some tests' subject
    sockets.push(socket);
    onConnection(socket, sockets.length);
  };
  const server = tls ? createTlsServer({cert: certificate, key}, accept) : createServer(accept);
  const port = await listenOnFreePort(server);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  onTestFinished(close);
  return {url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/`), sockets, close};
};

/** Answers every request that has no body with these bytes, which are written as they are. */
export const answering =
  (answer: string) =>
  (socket: Socket): void => {
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        received = received.slice(end + 4);
        socket.write(answer, 'latin1');
      }
    });
  };

/** An answer with a body and its length. */
export const ok = (body = '', headers = ''): string =>
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

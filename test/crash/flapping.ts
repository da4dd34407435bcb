import {once} from 'node:events';
import {type IncomingMessage, request, type ServerResponse} from 'node:http';
import {createServer, type Server} from 'node:https';
import {connect, createServer as createTcpServer, type Socket} from 'node:net';
import {certificates} from '../fixtures/tls.ts';
import {listenOnFreePort} from '../peers/port.ts';

/** What stands between a bridge and its receiver does with a request, or with the whole connection. */
export const moods = [
  'forward',
  'refuse',
  'reset in mid-body',
  'store and reset',
  '500',
  '503',
  '429',
  'hang',
  'slow',
  'not TLS',
  'wrong certificate',
  'garbage',
] as const;
export type Mood = (typeof moods)[number];

/** A proxy of one receiver, over TLS, whose mood can be changed at any time. */
export interface Flapping {
  readonly url: string;
  be(mood: Mood): void;
  stop(): Promise<void>;
}

const forward = (
  incoming: IncomingMessage,
  upstream: URL,
  onAnswer: (answer: IncomingMessage) => void,
): void => {
  const outgoing = request(new URL(incoming.url ?? '/', upstream), {
    method: incoming.method ?? 'POST',
    headers: {...incoming.headers, host: upstream.host},
  });
  outgoing.once('response', onAnswer);
  outgoing.once('error', () => incoming.socket.destroy());
  incoming.pipe(outgoing);
};

const reply = (incoming: IncomingMessage, response: ServerResponse, upstream: URL): void =>
  forward(incoming, upstream, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });

const serve = (mood: Mood, incoming: IncomingMessage, response: ServerResponse, upstream: URL): void => {
  switch (mood) {
    case 'forward':
      reply(incoming, response, upstream);
      return;
    case 'slow':
      setTimeout(() => reply(incoming, response, upstream), 300);
      return;
    case 'store and reset':
      forward(incoming, upstream, (answer) => {
        answer.resume().once('end', () => incoming.socket.destroy());
      });
      return;
    case 'reset in mid-body':
      incoming.once('data', () => incoming.socket.destroy());
      return;
    case '500':
    case '503':
      incoming.resume().once('end', () => response.writeHead(Number(mood)).end('flapping'));
      return;
    case '429':
      incoming.resume().once('end', () => response.writeHead(429, {'retry-after': '1'}).end('flapping'));
      return;
    default:
      // `hang` never answers; the others are settled before a request is read.
      incoming.resume();
  }
};

const spoil = (mood: Mood, socket: Socket): boolean => {
  switch (mood) {
    case 'refuse':
      socket.resetAndDestroy();
      return true;
    case 'not TLS':
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
      return true;
    case 'garbage':
      socket.end('SSH-2.0-flapping\r\n');
      return true;
    default:
      return false;
  }
};

/** Starts a proxy in front of a receiver, which forwards until it is told otherwise. */
export const startFlapping = async (receiverUrl: string): Promise<Flapping> => {
  let mood: Mood = 'forward';
  const sockets = new Set<Socket>();
  const serveWith = (certificate: {readonly cert: string; readonly key: string}): Server =>
    createServer(certificate, (incoming, response) => {
      incoming.on('error', () => undefined);
      response.on('error', () => undefined);
      serve(mood, incoming, response, new URL(receiverUrl));
    });
  const right = serveWith(certificates.server);
  const wrong = serveWith(certificates.elsewhere);
  const [rightPort, wrongPort] = [await listenOnFreePort(right), await listenOnFreePort(wrong)];
  const front = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (spoil(mood, socket)) return;
    const inner = connect(mood === 'wrong certificate' ? wrongPort : rightPort, '127.0.0.1');
    inner.on('error', () => undefined);
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      one.pipe(other);
      one.once('close', () => other.destroy());
    }
  });
  const port = await listenOnFreePort(front);
  return {
    url: `https://127.0.0.1:${port}`,
    be: (next) => {
      mood = next;
      // Kept-alive connections must feel the change too.
      for (const socket of sockets) socket.destroy();
    },
    stop: async () => {
      const servers = [front, right, wrong];
      const closed = Promise.all(servers.map((server) => once(server, 'close')));
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
      for (const server of [right, wrong]) server.closeAllConnections();
      await closed;
    },
  };
};

import {isIP, connect as netConnect, type Socket} from 'node:net';
import {connect as tlsConnect} from 'node:tls';
import {EngineError, type JobNetwork} from '../engine.ts';
import {abortFailure, connectionFailure, isPeerEnd} from './failure.ts';
import {MalformedResponse, type ResponseHead, ResponseReader} from './response-reader.ts';

export interface ConnectionOptions extends JobNetwork {
  /** What the connection is for, as failures name it: `download from host:port`. */
  readonly what: string;
  /** PEM certificates of the authorities to trust instead of the usual ones. */
  readonly ca?: string;
  /** What everything is read into, over and over; connections may share one. One of 16 KiB when absent. */
  readonly readBuffer?: Buffer;
}

export interface Request {
  readonly head: Buffer;
  /** A body of `bytes` bytes: `from`, over and over. */
  readonly body?: {readonly from: Buffer; readonly bytes: number};
  /** Sees each piece of the answer's body, valid only during the call. */
  readonly onBody?: (bytes: Buffer) => void;
  /**
   * Called once: with true when all of the request has been handed to the kernel, so that a further one may be sent;
   * with false when the connection closed before, which may be after the answer (a server need not read all).
   */
  readonly onWritten?: (whole: boolean) => void;
}

export interface Answer {
  readonly head: ResponseHead;
  /** From the writing of the request to the first byte of its answer. */
  readonly roundTripMs: number;
}

/** One connection to a server. Answers come in the order of the requests. */
export interface Connection {
  /**
   * Sends a request and resolves with its answer once that has been read to its end, whatever its status; or with
   * `ended` when the server, having answered before, ended the connection without a byte of this answer (RFC 9112,
   * section 9.3.1: such a request may be sent again on another). Rejects with an `EngineError`.
   */
  exchange(request: Request): Promise<Answer | 'ended'>;
  /** The IP addresses of this end and of the server's; absent once it is closed. */
  ends(): {readonly localAddress: string | undefined; readonly remoteAddress: string | undefined};
  close(): void;
}

interface Pending {
  readonly request: Request;
  readonly sentAtMs: number;
  readonly resolve: (answer: Answer | 'ended') => void;
  readonly reject: (error: EngineError) => void;
}

/** A URL's host as it is dialled and told: without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

const portOf = (url: URL, usual: number): number => (url.port === '' ? usual : Number.parseInt(url.port, 10));

/** The version of IP that a connection must have: its own, or that of its source address. */
const familyOf = ({sourceAddress = '', ipFamily}: JobNetwork): number | undefined =>
  ipFamily ?? (isIP(sourceAddress) || undefined);

/** What a connection is for, with what its network has to do with its failure. */
const purposeOf = ({what, sourceAddress, ipFamily}: ConnectionOptions): string => {
  if (sourceAddress !== undefined) return `${what} (from ${sourceAddress})`;
  return ipFamily === undefined ? what : `${what} (over IPv${ipFamily})`;
};

const dial = (
  url: URL,
  options: ConnectionOptions,
  buffer: Buffer,
  onBytes: (bytes: Buffer) => void,
): Socket => {
  const {ca, sourceAddress} = options;
  const host = hostOf(url);
  const family = familyOf(options);
  const network = {
    ...(sourceAddress !== undefined && {localAddress: sourceAddress}),
    ...(family !== undefined && {family}),
  };
  // One buffer for all that is read, so that a fast line does not drown in garbage collection.
  const onread = {
    buffer,
    callback: (length: number): boolean => {
      onBytes(buffer.subarray(0, length));
      return true;
    },
  };
  if (url.protocol !== 'https:') return netConnect({host, port: portOf(url, 80), ...network, onread});
  // Not passed as a literal, because @types/node does not know that tls.connect takes `onread`.
  const secureOptions = {
    host,
    port: portOf(url, 443),
    ...network,
    servername: isIP(host) === 0 ? host : '', // RFC 6066, section 3: addresses are not permitted there
    ALPNProtocols: ['http/1.1'],
    onread,
    ...(ca !== undefined && {ca}),
  };
  return tlsConnect(secureOptions);
};

const write = (socket: Socket, {head, body, onWritten}: Request): void => {
  const written = (error?: Error | null): void => {
    // What a closed socket has left over is written without an error.
    onWritten?.(!error && !socket.destroyed);
  };
  if (body === undefined) {
    socket.write(head, written);
    return;
  }
  const {from, bytes} = body;
  socket.cork(); // one system call for as much as the kernel takes
  socket.write(head);
  for (let left = bytes; left > 0; left -= from.length) {
    const piece = left < from.length ? from.subarray(0, left) : from;
    socket.write(piece, left <= from.length ? written : undefined);
  }
  socket.uncork();
};

/**
 * Opens a connection to a URL's server, TLS for https. Rejects with an `EngineError`. When `signal` aborts, the
 * connection is destroyed and what is under way rejects.
 */
export const openConnection = (
  url: URL,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> => {
  const {readBuffer = Buffer.allocUnsafeSlow(16 * 1024)} = options;
  const what = purposeOf(options);
  if (signal.aborted) return Promise.reject(abortFailure(what, signal));
  const literal = isIP(hostOf(url));
  if (literal !== 0 && literal !== (familyOf(options) ?? literal)) {
    return Promise.reject(
      new EngineError('no-network', `${what}: the server has only an IPv${literal} address`),
    );
  }
  const secure = url.protocol === 'https:';
  const pending: Pending[] = [];
  let head: ResponseHead | undefined;
  let roundTripMs = 0;
  let answered = 0;
  let closed: {readonly error: unknown} | undefined;

  const reader = new ResponseReader({
    onStart: () => {
      const first = pending[0];
      if (first === undefined) throw new MalformedResponse('it sends what was not asked for');
      roundTripMs = performance.now() - first.sentAtMs;
    },
    onHead: (read) => {
      head = read;
    },
    onBody: (bytes) => pending[0]?.request.onBody?.(bytes),
    onEnd: () => {
      const first = pending.shift();
      if (first === undefined || head === undefined) return;
      answered += 1;
      first.resolve({head, roundTripMs});
      if (!head.keepAlive) socket.destroy();
    },
  });

  const onBytes = (bytes: Buffer): void => {
    try {
      reader.read(bytes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      socket.destroy(new EngineError('bad-output', `${what}: not HTTP: ${reason}`, {cause: error}));
    }
  };

  const socket = dial(url, options, readBuffer, onBytes);
  socket.setNoDelay(true);

  const settle = ({error}: {readonly error: unknown}, {resolve, reject}: Pending): void => {
    if (error instanceof EngineError) reject(error);
    else if (answered > 0 && !reader.midAnswer && isPeerEnd(error)) resolve('ended');
    else reject(connectionFailure(what, error, secure));
  };

  const connection: Connection = {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        const exchange = {request, sentAtMs: performance.now(), resolve, reject};
        if (closed) {
          settle(closed, exchange);
          return;
        }
        pending.push(exchange);
        write(socket, request);
      }),
    ends: () => ({localAddress: socket.localAddress, remoteAddress: socket.remoteAddress}),
    close: () => socket.destroy(),
  };

  return new Promise((resolve, reject) => {
    let lastError: unknown;
    const onAbort = (): void => void socket.destroy(abortFailure(what, signal));
    signal.addEventListener('abort', onAbort, {once: true});
    socket.once(secure ? 'secureConnect' : 'connect', () => resolve(connection));
    socket.on('error', (error) => {
      lastError = error;
    });
    socket.on('end', () => reader.end());
    socket.once('close', () => {
      signal.removeEventListener('abort', onAbort);
      closed = {error: lastError};
      for (const exchange of pending.splice(0)) settle(closed, exchange);
      reject(lastError instanceof EngineError ? lastError : connectionFailure(what, lastError, secure));
    });
  });
};

import {type IncomingMessage, Server} from 'node:http';
import {Socket} from 'node:net';
import {RequestFraming} from './request-framing.ts';

/** Large enough that a fast upload needs few system calls, small enough for a processor's cache. */
const readBufferBytes = 256 * 1024;

/**
 * A connection that is read into a buffer which is used over and over, for all connections. node:http gets from it, as
 * copies, all but the bodies of ordinary POSTs: these nobody looks at.
 */
class InPlaceSocket extends Socket {
  readonly #framing = new RequestFraming({
    onRest: (bytes) => this.push(Buffer.from(bytes)),
    onHead: (head) => {
      // Only when node:http takes it at once does its request begin while its body is the one under way.
      if (this.readableFlowing !== true || this.readableLength > 0) return false;
      this.#bodyUnderWay = true;
      this.push(head);
      return true;
    },
    onBodyEnd: () => {
      const taken = this.#onTaken;
      this.#bodyUnderWay = false;
      this.#onTaken = undefined;
      taken?.();
    },
  });
  #bodyUnderWay = false;
  #onTaken: (() => void) | undefined;
  /** When the newest bytes were read, bodies that nobody looks at aside: `performance.now()`. */
  readAtMs = 0;

  constructor(handle: object, buffer: Buffer) {
    const options = {
      handle,
      allowHalfOpen: true,
      onread: {
        buffer,
        callback: (length: number): boolean => {
          if (this.#framing.skip(length)) return true;
          this.readAtMs = performance.now();
          this.#framing.read(buffer.subarray(0, length));
          return this.readableLength < this.readableHighWaterMark;
        },
      },
    };
    super(options);
  }

  /** Calls back when the body under way has been taken, if one is. */
  onceBodyTaken(onTaken: () => void): boolean {
    if (this.#bodyUnderWay) this.#onTaken = onTaken;
    return this.#bodyUnderWay;
  }
}

/** The operating system's side of a connection, which Node shows to nobody but will take. */
const handleOf = (socket: Socket): object | undefined => {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null ? handle : undefined;
};

const adopt = (accepted: Socket, buffer: Buffer): Socket => {
  const handle = handleOf(accepted);
  if (handle === undefined) return accepted;
  const socket = new InPlaceSocket(handle, buffer);
  Reflect.set(accepted, '_handle', null);
  // The server counts its connections by the sockets that it has accepted.
  socket.once('close', () => accepted.destroy());
  return socket;
};

/**
 * node:http's server, which reads the bodies of uploads in place: without a new buffer and a copy for each read, which
 * cost more than the reading. Where an answer depends on the body, it waits for `onceBodyTaken`.
 */
export class InPlaceServer extends Server {
  readonly #buffer = Buffer.allocUnsafeSlow(readBufferBytes);

  override emit(event: string, ...args: unknown[]): boolean {
    const [accepted] = args;
    if (event !== 'connection' || !(accepted instanceof Socket)) return super.emit(event, ...args);
    const socket = adopt(accepted, this.#buffer);
    const heard = super.emit(event, socket);
    // node:http leaves the reading to a socket that others listen to as well.
    socket.on('data', () => undefined);
    return heard;
  }
}

/** Takes the body of a request and calls back when all of it has arrived. To be called as the request begins. */
export const onceBodyTaken = (request: IncomingMessage, onTaken: () => void): void => {
  const {socket} = request;
  if (socket instanceof InPlaceSocket && socket.onceBodyTaken(onTaken)) return;
  request.once('end', onTaken);
  request.resume();
};

/**
 * For how long this process has had a request at least, parsing included, in milliseconds; `undefined` where that is
 * not known. To be called as the request begins.
 */
export const heldForMs = ({socket}: IncomingMessage): number | undefined =>
  socket instanceof InPlaceSocket ? performance.now() - socket.readAtMs : undefined;

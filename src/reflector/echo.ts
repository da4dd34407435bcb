import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {isIPv6} from 'node:net';
import {parsePeerAddress} from '../addresses/address.ts';
import {decodeDatagram, type EchoOffer} from './echo-protocol.ts';
import {createEchoSessions, echoLimits} from './echo-sessions.ts';

/** Sends datagrams back over UDP, to those who opened a session for it. */
export interface Echo {
  readonly port: number;
  /** Opens a session for a client's socket address; `undefined` when there are too many, or no such address. */
  open(socketAddress: string | undefined): EchoOffer | undefined;
  close(): Promise<void>;
}

/**
 * Starts sending datagrams back, by `echo-protocol.ts`, on an IP address and a port (0 for a free one). Rejects with
 * the system's error when it can't be bound. Errors after that are told to `onProblem`, in one line each.
 */
export const startEcho = async (
  address: string,
  port: number,
  onProblem: (message: string) => void,
  nowMs: () => number,
): Promise<Echo> => {
  const sessions = createEchoSessions(nowMs);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.on('error', (error) => onProblem(`UDP: ${error.message}`));
  socket.on('message', (bytes, from) => {
    const datagram = decodeDatagram(bytes);
    const client = parsePeerAddress(from.address);
    if (datagram === undefined || client === undefined) return;
    // An answer that can't be sent is lost, as others are on their way; with a callback it is no error event.
    if (sessions.admit(datagram.session, client.toString()))
      socket.send(bytes, from.port, from.address, () => undefined);
  });
  return {
    port: socket.address().port,
    open: (socketAddress) => {
      const client = parsePeerAddress(socketAddress);
      const session = client && sessions.open(client.toString());
      if (session === undefined) return undefined;
      const {count, perSecond, lifetimeMs} = echoLimits;
      return {port: socket.address().port, session, count, perSecond, lifetimeMs};
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/**
 * Echo of datagrams, by which a client counts what its line loses. `POST udp`, relative to the reflector's base URL,
 * opens a session and answers with an `EchoOffer`. The client then sends datagrams of `datagramBytes` bytes over UDP to
 * `port` of the same host, each with the session's id and a sequence number of its own. One that comes from the
 * address that opened the session is sent back as it is, once; every other is not answered at all.
 */
export interface EchoOffer {
  readonly port: number;
  /** 128 random bits, in hexadecimal. */
  readonly session: string;
  /** Most datagrams that are sent back. */
  readonly count: number;
  /** Most datagrams a second that are sent back; as many at once are no problem. */
  readonly perSecond: number;
  /** How long the session lasts. */
  readonly lifetimeMs: number;
}

/** Where a session is opened, relative to a base URL. */
export const echoPath = 'udp';

const idBytes = 16;

/** A session's id, then a sequence number of 32 bits, most significant byte first. */
export const datagramBytes = idBytes + 4;

/** The datagram of a session, given by its id in hexadecimal, with a sequence number of 0 to 2^32 - 1. */
export const encodeDatagram = (session: string, sequence: number): Buffer => {
  const datagram = Buffer.alloc(datagramBytes);
  datagram.write(session, 'hex');
  datagram.writeUInt32BE(sequence, idBytes);
  return datagram;
};

/** What a datagram says; `undefined` for any other bytes. */
export const decodeDatagram = (
  bytes: Buffer,
): {readonly session: string; readonly sequence: number} | undefined =>
  bytes.length === datagramBytes
    ? {session: bytes.toString('hex', 0, idBytes), sequence: bytes.readUInt32BE(idBytes)}
    : undefined;

import type {Readable} from 'node:stream';
import type {FastifyReply} from 'fastify';

/**
 * Makes a stream the body of an answer, which is destroyed when the request's connection ends.
 * @param silenceMs how long nothing may move on the connection, 0 for as long as it takes; elsewhere the server's limit.
 */
export const streamOn = (reply: FastifyReply, stream: Readable, silenceMs: number): Readable => {
  reply.request.raw.socket.setTimeout(silenceMs);
  return stream;
};

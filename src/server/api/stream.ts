import type {Readable} from 'node:stream';
import type {FastifyReply} from 'fastify';

/**
 * Makes a stream the body of an answer: it is destroyed when the request's connection ends, of which Node tells an answer
 * nothing that still waits for those before it.
 * @param silenceMs how long nothing may move on the connection, 0 for as long as it takes; elsewhere the server's limit.
 */
export const streamOn = (reply: FastifyReply, stream: Readable, silenceMs: number): Readable => {
  const {socket} = reply.request.raw;
  socket.setTimeout(silenceMs);
  const end = (): void => {
    stream.destroy();
  };
  socket.once('close', end);
  stream.once('close', () => socket.off('close', end));
  if (socket.destroyed) end();
  return stream;
};

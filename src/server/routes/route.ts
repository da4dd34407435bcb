import type {IncomingHttpHeaders} from 'node:http';
import type {FastifyReply} from 'fastify';

/** A path that answers GET and HEAD. */
export interface Route {
  readonly path: string;
  /** What the start page says about it. */
  readonly about: string;
  /**
   * Gives the body, undefined where a status has none; sets the status and headers on `reply` where they differ from 200
   * and plain text.
   */
  readonly answer: (
    reply: FastifyReply,
    request: {readonly headers: IncomingHttpHeaders},
  ) => string | Buffer | undefined | Promise<string>;
}

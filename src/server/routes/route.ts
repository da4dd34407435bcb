import type {IncomingHttpHeaders} from 'node:http';
import type {FastifyReply} from 'fastify';

/** Who may ask for a route: those who scrape, or those who look at the page and use the API. */
export type Zone = 'metrics' | 'page';

/** A path that answers GET and HEAD, or POST alone. */
export interface Route {
  readonly path: string;
  /** GET and HEAD where it is left out. */
  readonly method?: 'POST';
  readonly zone: Zone;
  /** What the start page says about it. */
  readonly about: string;
  /**
   * Gives the body, undefined where it has sent the answer itself; sets the status and headers on `reply` where they
   * differ from 200 and plain text.
   */
  readonly answer: (
    reply: FastifyReply,
    request: {readonly headers: IncomingHttpHeaders},
  ) => string | Buffer | undefined | Promise<string>;
}

import type {IncomingHttpHeaders} from 'node:http';
import type {Readable} from 'node:stream';
import type {FastifyReply} from 'fastify';

/** Who may ask for a route: those who scrape, or those who look at the page and use the API. */
export type Zone = 'metrics' | 'page';

export type Method = 'GET' | 'HEAD' | 'POST';

export interface RouteRequest {
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The values of the path's parameters, decoded, by their names. */
  readonly params: unknown;
  /** What a POST has brought, parsed from its JSON. */
  readonly body: unknown;
}

export type Body = string | Buffer | Readable | undefined;

/** A path that answers. */
export interface Route {
  /** May have parameters: `/results/:id`. */
  readonly path: string;
  /** GET and HEAD where absent. */
  readonly methods?: readonly Method[];
  readonly zone: Zone;
  /** What the start page says about it. */
  readonly about: string;
  /**
   * Gives the body, undefined where a status has none; sets the status and headers on `reply` where they differ from 200
   * and plain text.
   */
  readonly answer: (reply: FastifyReply, request: RouteRequest) => Body | Promise<Body>;
}

export const methodsOf = ({methods = ['GET', 'HEAD']}: Route): readonly Method[] => methods;

/** Whether a route's path, which may have parameters, is the one asked for. */
const isAt = ({path}: Route, asked: readonly string[]): boolean => {
  const parts = path.split('/');
  return (
    parts.length === asked.length &&
    parts.every((part, index) => (part.startsWith(':') ? asked[index] !== '' : part === asked[index]))
  );
};

/** The methods that a path answers, by all the routes that are there; none where it is not served. */
export const allowedAt = (routes: readonly Route[], path: string): readonly Method[] => {
  const asked = path.split('/');
  return [...new Set(routes.filter((route) => isAt(route, asked)).flatMap(methodsOf))];
};

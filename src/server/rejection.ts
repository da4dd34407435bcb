import type {IncomingHttpHeaders} from 'node:http';
import type {FastifyReply, FastifyRequest} from 'fastify';
import {allowedAt, type Route} from './routes/route.ts';

/** An answer given in place of a route's. `text` is one line. */
export interface Rejection {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9112, 6.3: a request has a body when, and only when, one of these two headers says so. */
const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** RFC 9110, 10.1.1: whether a client waits for leave to send its body. */
export const waitsForLeave = ({headers, raw}: FastifyRequest): boolean =>
  raw.httpVersion === '1.1' && hasBody(headers) && headers.expect?.toLowerCase() === '100-continue';

/** What is wrong with a request from an admitted client. */
export const rejectionOf = (request: FastifyRequest, routes: readonly Route[]): Rejection | undefined => {
  if (request.is404) {
    const [path = ''] = request.url.split('?', 1);
    const allowed = allowedAt(routes, path);
    if (allowed.length === 0) return {status: 404, text: 'not found; / names what there is'};
    return {
      status: 405,
      text: `${path} takes ${allowed.join(' and ')} only`,
      headers: {allow: allowed.join(', ')},
    };
  }
  const takesBody = (): boolean =>
    routes.some((route) => route.takesBody === true && route.path === request.routeOptions.url);
  if (hasBody(request.headers) && !takesBody()) return {status: 413, text: 'a request body is not accepted'};
  return undefined;
};

/** What an error says about the request rather than about the server, such as a body of another type. */
export const rejectionBy = (error: unknown): Rejection | undefined => {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const {statusCode: status, message} = error;
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return {status, text: status === 415 ? 'a request body has to be application/json' : message};
};

/**
 * Sends a rejection, as JSON where the API was asked, and closes the connection when a body that nobody reads is on its
 * way.
 */
export const sendRejection = (request: FastifyRequest, reply: FastifyReply, rejection: Rejection): void => {
  const {status, text, headers} = rejection;
  const isApi = request.url.startsWith('/api/');
  void reply.code(status).type(isApi ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8');
  void reply.headers({...headers, 'x-content-type-options': 'nosniff'});
  if (isApi) void reply.header('cache-control', 'no-store');
  if (hasBody(request.headers)) void reply.header('connection', 'close');
  void reply.send(isApi ? JSON.stringify({error: text}) : `${text}\n`);
};

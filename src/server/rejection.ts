import type {IncomingHttpHeaders} from 'node:http';
import type {FastifyReply, FastifyRequest} from 'fastify';

/** An answer given in place of a route's. `text` is one line. */
export interface Rejection {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9112, 6.3: a request has a body when, and only when, one of these two headers says so. */
const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** What is wrong with a request from an admitted client. `methods` are those that each path takes, as `Allow` has them. */
export const rejectionOf = (
  request: FastifyRequest,
  methods: ReadonlyMap<string, string>,
): Rejection | undefined => {
  if (request.is404) {
    const [path = ''] = request.url.split('?', 1);
    const allow = methods.get(path);
    if (allow === undefined) return {status: 404, text: 'not found; / names what there is'};
    return {status: 405, text: `${path} takes ${allow.replace(', ', ' and ')} only`, headers: {allow}};
  }
  if (hasBody(request.headers)) return {status: 413, text: 'a request body is not accepted'};
  return undefined;
};

/** Sends a rejection, and closes the connection when a body that nobody reads is on its way. */
export const sendRejection = (request: FastifyRequest, reply: FastifyReply, rejection: Rejection): void => {
  void reply.code(rejection.status).type('text/plain; charset=utf-8');
  void reply.headers({...rejection.headers, 'x-content-type-options': 'nosniff'});
  if (hasBody(request.headers)) void reply.header('connection', 'close');
  void reply.send(`${rejection.text}\n`);
};

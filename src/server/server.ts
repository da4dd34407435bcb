import type {RequestListener} from 'node:http';
import {type FastifyReply, type FastifyRequest, fastify} from 'fastify';
import type {Access, AccessCheck, Refusal} from './access/access.ts';
import {type Closure, type ConnectionLimits, type Connections, createConnections} from './connections.ts';
import type {Document} from './document.ts';
import {type Endpoint, formatEndpoint, localUrl} from './endpoint.ts';
import {type Listener, openListener} from './listeners.ts';
import {paths} from './paths.ts';
import {createRefusalLog} from './refusal-log.ts';
import {rejectionBy, rejectionOf, sendRejection, waitsForLeave} from './rejection.ts';
import {expositionRoute} from './routes/exposition.ts';
import {healthyRoute} from './routes/healthy.ts';
import {type MetricsSource, ownMetricsRoute} from './routes/own-metrics.ts';
import {pageRoutes} from './routes/page.ts';
import {readyRoute} from './routes/ready.ts';
import {type Reload, reloadRoute} from './routes/reload.ts';
import {methodsOf, type Route} from './routes/route.ts';
import {startPageRoute} from './routes/start-page.ts';
import type {TlsSettings} from './tls.ts';

export interface ServerOptions {
  /** At least one. */
  readonly listen: readonly Endpoint[];
  readonly tls: TlsSettings | undefined;
  /** Path of the scraped endpoint; none of `reservedPaths`. */
  readonly path: string;
  /** What every connection and request passes, asked anew for each, so that another check can take its place. */
  readonly access: () => AccessCheck;
  readonly connections: ConnectionLimits;
  /** Set on every answer; a route's own win. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** The newest results. */
  readonly document: () => Document;
  readonly ownMetrics: MetricsSource;
  readonly ready: () => boolean;
  /** Takes up the configuration anew; undefined where that can't be asked for by HTTP. */
  readonly reload: (() => Promise<Reload>) | undefined;
  /** What is served beside the page and the scraped paths: the API. */
  readonly routes?: readonly Route[];
  /** Told of each request that `access` refuses. */
  readonly onRefused: (refusal: Refusal) => void;
  /** Told of each connection that is closed for a limit. */
  readonly onClosed: (closure: Closure) => void;
  readonly log: {warn(message: string): void; error(message: string): void};
}

/** A server that listens. */
export interface RunningServer {
  /** Where a person on this machine reaches it, without a trailing slash. */
  readonly url: string;
  /** Of the first address with one; 0 where all are Unix sockets. */
  readonly port: number;
  /** Answers by other options from the next request on, save for addresses and TLS. Connections stay. */
  update(options: ServerOptions): Promise<void>;
  /** Takes no new connections, lets the answers under way finish for a moment, and resolves when all are closed. */
  close(): Promise<void>;
}

const limits = {
  /** What a request may send, where a route takes any. */
  bodyBytes: 1024,
  /** How long answers under way may take when the server closes. */
  closeMs: 1_000,
} as const;

/** RFC 9112, 3.2.2: what a client says to a proxy, a server takes too. */
const originForm = (target: string): string =>
  target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/');

const noCompiler = () => (): never => {
  throw new Error('routes have no schemas');
};

const createApp = (options: ServerOptions, connections: Connections) => {
  const {log, onRefused} = options;
  const logRefusal = createRefusalLog((message) => log.warn(message));

  const scraped = [
    expositionRoute(options.path, options.document),
    ownMetricsRoute(paths.ownMetrics, options.ownMetrics),
    healthyRoute(paths.healthy),
    readyRoute(paths.ready, options.ready),
  ];
  const page = pageRoutes(paths.startPage);
  const routes: readonly Route[] = [
    ...(page.length > 0 ? page : [startPageRoute(paths.startPage, scraped)]),
    ...scraped,
    ...(options.reload ? [reloadRoute(paths.reload, options.reload)] : []),
    ...(options.routes ?? []),
  ];
  const zones = new Map(routes.map(({path, zone}) => [path, zone]));

  const refuse = (request: FastifyRequest, reply: FastifyReply, access: Access): void => {
    if (access.kind === 'admitted') return;
    onRefused(access.refusal);
    logRefusal(access.reason);
    sendRejection(request, reply, {
      status: access.status,
      text: `${access.status === 403 ? 'forbidden: ' : ''}${access.reason}`,
      headers: {...access.headers, connection: 'close'},
    });
  };

  /** Goes on with the request, or refuses it. What is no route's is the page's: it tells which routes there are. */
  const admit = (request: FastifyRequest, reply: FastifyReply, goOn: (error?: Error) => void): void => {
    void reply.headers(options.headers());
    const client = connections.clientOf(request.raw.socket);
    if (client === undefined) {
      goOn(new Error('the request came over no connection'));
      return;
    }
    const settle = (access: Access): void =>
      access.kind === 'admitted' ? goOn() : refuse(request, reply, access);
    const zone = zones.get(request.routeOptions.url ?? '') ?? 'page';
    const access = options.access().request({client, message: request.raw}, zone);
    if (access instanceof Promise) access.then(settle, goOn);
    else settle(access);
  };

  const app = fastify({
    // It would give a 304 to HEAD a length.
    exposeHeadRoutes: false,
    bodyLimit: limits.bodyBytes,
    rewriteUrl: ({url = '/'}) => originForm(url),
    routerOptions: {querystringParser: () => ({})},
    // No route has a schema: without this, Fastify loads compilers for them, which takes 60 ms.
    schemaController: {compilersFactory: {buildValidator: noCompiler, buildSerializer: noCompiler}},
    // Requests whose path can't be decoded come here and never reach a hook.
    frameworkErrors: (_error, request, reply) => {
      admit(request, reply, () =>
        sendRejection(request, reply, {status: 400, text: 'the path is malformed'}),
      );
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    {parseAs: 'string', bodyLimit: limits.bodyBytes},
    app.getDefaultJsonParser('error', 'error'),
  );

  app.addHook('onRequest', (request, reply, done) => {
    admit(request, reply, (error) => {
      const rejection = error === undefined ? rejectionOf(request, routes) : undefined;
      if (rejection !== undefined) {
        sendRejection(request, reply, rejection);
        return;
      }
      if (waitsForLeave(request)) reply.raw.writeContinue();
      done(error);
    });
  });
  app.setErrorHandler((error, request, reply) => {
    const rejection = rejectionBy(error);
    if (rejection !== undefined) {
      sendRejection(request, reply, rejection);
      return;
    }
    log.error(
      `${request.method} ${request.url} failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    sendRejection(request, reply, {status: 500, text: 'internal error; the log says more'});
  });
  for (const route of routes) {
    const handler = (request: FastifyRequest, reply: FastifyReply) => route.answer(reply, request);
    app.route({method: [...methodsOf(route)], url: route.path, handler});
  }
  return app;
};

/**
 * Starts the HTTP server, every answer of which is behind `access`.
 * Rejects with a `ListenError` when one of its addresses can't be listened on, and leaves none open then.
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const {listen, tls, onClosed, log} = options;
  let current = options;
  const connections = createConnections({
    limits: () => current.connections,
    peerOf: (client) => current.access().peer(client),
    onClosed,
  });
  const app = createApp(options, connections);
  await app.ready();
  let {routing} = app;
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    const cutOff = setTimeout(() => connections.destroyAll(), limits.closeMs);
    await Promise.all(listeners.map((listener) => listener.close()));
    clearTimeout(cutOff);
    await app.close();
  };
  const warn = (message: string): void => log.warn(message);
  try {
    // Not Fastify's own server, which has one address, and takes a missing host for localhost.
    for (const endpoint of listen) {
      const onRequest: RequestListener = (request, response) => routing(request, response);
      const settings = {onRequest, tls, connections, onClosed, warn};
      listeners.push(await openListener(endpoint, 'web.listen', settings));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const urls = listen.flatMap(
    (endpoint, index) => localUrl(endpoint, tls !== undefined, listeners[index]?.port) ?? [],
  );
  const [unix] = listen;
  return {
    // nginx's way to write an address behind a Unix socket, where there is no other.
    url: urls[0] ?? (unix ? `http://${formatEndpoint(unix)}:` : ''),
    port: listeners.find(({port}) => port !== undefined)?.port ?? 0,
    update: async (changed) => {
      const other = createApp(changed, connections);
      await other.ready();
      current = changed;
      ({routing} = other);
    },
    close,
  };
};

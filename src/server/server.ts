import {type FastifyReply, type FastifyRequest, fastify} from 'fastify';
import type {Allowlist} from '../addresses/allowlist.ts';
import {createAccessCheck} from './access.ts';
import type {Document} from './document.ts';
import {formatListen, type Listen, startListening} from './listen.ts';
import {paths} from './paths.ts';
import {createRefusalLog} from './refusal-log.ts';
import {rejectionOf, sendRejection} from './rejection.ts';
import {expositionRoute} from './routes/exposition.ts';
import {healthyRoute} from './routes/healthy.ts';
import {type MetricsSource, ownMetricsRoute} from './routes/own-metrics.ts';
import {readyRoute} from './routes/ready.ts';
import {type Reload, reloadRoute} from './routes/reload.ts';
import type {Route} from './routes/route.ts';
import {startPageRoute} from './routes/start-page.ts';

export interface ServerOptions {
  readonly listen: Listen;
  /** Path of the scraped endpoint; none of `reservedPaths`. */
  readonly path: string;
  /** The clients that are served. */
  readonly allowlist: Allowlist;
  /** The proxies whose X-Forwarded-For is believed; undefined when there are none. */
  readonly trustedProxies: Allowlist | undefined;
  /** The newest results. */
  readonly document: () => Document;
  readonly ownMetrics: MetricsSource;
  readonly ready: () => boolean;
  /** Takes up the configuration anew; undefined where that can't be asked for by HTTP. */
  readonly reload: (() => Promise<Reload>) | undefined;
  /** Told of each request that the allowlist refuses. */
  readonly onRefused: () => void;
  readonly log: {warn(message: string): void; error(message: string): void};
}

/** A server that listens. */
export interface RunningServer {
  /** Where a person on this machine reaches it, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Answers by other options from the next request on, save for the address. Connections stay. */
  update(options: ServerOptions): Promise<void>;
  /** Takes no new connections, lets the answers under way finish for a moment, and resolves when all are closed. */
  close(): Promise<void>;
}

const limits = {
  /** All of a request must have arrived within this time. */
  requestMs: 10_000,
  /** A connection on which nothing moves, a client that reads nothing included, is closed. */
  silenceMs: 10_000,
  /** Longer than the minute between two scrapes, so that a scraper keeps its connection. */
  keepAliveMs: 75_000,
  headerBytes: 16_384,
  /** How long answers under way may take when the server closes. */
  closeMs: 1_000,
} as const;

const urlOf = (listen: Listen, port: number): string => {
  const everywhere = listen.host === undefined || listen.host === '::' || listen.host === '0.0.0.0';
  return `http://${formatListen({host: everywhere ? 'localhost' : listen.host, port})}`;
};

const noCompiler = () => (): never => {
  throw new Error('routes have no schemas');
};

const createApp = (options: ServerOptions) => {
  const {log, onRefused} = options;
  const checkAccess = createAccessCheck(options);
  const logRefusal = createRefusalLog((message) => log.warn(message));

  const scraped = [
    expositionRoute(options.path, options.document),
    ownMetricsRoute(paths.ownMetrics, options.ownMetrics),
    healthyRoute(paths.healthy),
    readyRoute(paths.ready, options.ready),
  ];
  const routes: readonly Route[] = [
    startPageRoute(paths.startPage, scraped),
    ...scraped,
    ...(options.reload ? [reloadRoute(paths.reload, options.reload)] : []),
  ];
  const methods = new Map(routes.map(({path, method = 'GET, HEAD'}) => [path, method]));

  /** Refuses the request unless its client is on the allowlist. Gives whether it may go on. */
  const admit = (request: FastifyRequest, reply: FastifyReply): boolean => {
    const access = checkAccess(request.raw);
    if (access.kind === 'admitted') return true;
    onRefused();
    logRefusal(access.reason);
    sendRejection(request, reply, {
      status: 403,
      text: `forbidden: ${access.reason}`,
      headers: {connection: 'close'},
    });
    return false;
  };

  const app = fastify({
    http: {
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.requestMs / 2,
      maxHeaderSize: limits.headerBytes,
    },
    // It would give a 304 to HEAD a length.
    exposeHeadRoutes: false,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    routerOptions: {querystringParser: () => ({})},
    // No route has a schema: without this, Fastify loads compilers for them, which takes 60 ms.
    schemaController: {compilersFactory: {buildValidator: noCompiler, buildSerializer: noCompiler}},
    // Requests whose path can't be decoded come here and never reach a hook.
    frameworkErrors: (_error, request, reply) => {
      if (admit(request, reply)) sendRejection(request, reply, {status: 400, text: 'the path is malformed'});
    },
  });
  app.removeAllContentTypeParsers();

  app.addHook('onRequest', (request, reply, done) => {
    if (!admit(request, reply)) return;
    const rejection = rejectionOf(request, methods);
    if (rejection === undefined) done();
    else sendRejection(request, reply, rejection);
  });
  app.setErrorHandler((error, request, reply) => {
    log.error(
      `${request.method} ${request.url} failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    sendRejection(request, reply, {status: 500, text: 'internal error; the log says more'});
  });
  for (const {path, method = ['GET', 'HEAD'], answer} of routes) {
    const handler = (request: FastifyRequest, reply: FastifyReply) => answer(reply, request);
    app.route({method, url: path, handler});
  }
  return app;
};

/**
 * Starts the HTTP server, every answer of which is behind the allowlist.
 * Rejects with a `ListenError` when its address can't be listened on.
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const app = createApp(options);
  await app.ready();
  const {server} = app;
  // Beyond its limit, Node 20 drops header lines without a word, and a proxy's X-Forwarded-For comes last.
  // Their total size is limited anyway.
  server.maxHeadersCount = 0;
  let {routing} = app;
  server.removeAllListeners('request');
  // Without listeners to the other two, Node answers an Expect header itself, before the allowlist is asked.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    server.on(event, (request, response) => routing(request, response));
  }
  // Not app.listen(), which takes a missing host for localhost where Node takes it for all interfaces.
  const port = await startListening(server, options.listen, 'web.listen').catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  return {
    url: urlOf(options.listen, port),
    port,
    update: async (changed) => {
      // Its own server never listens.
      const other = createApp(changed);
      await other.ready();
      ({routing} = other);
    },
    close: async () => {
      const cutOff = setTimeout(() => server.closeAllConnections(), limits.closeMs);
      await app.close();
      clearTimeout(cutOff);
    },
  };
};

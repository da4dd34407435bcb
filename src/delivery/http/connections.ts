import type {Socket} from 'node:net';
import {unescape as percentDecode} from 'node:querystring';
import type {Dispatcher} from 'undici';
import {basic} from './basic.ts';
import {proxyFor} from './proxy.ts';
import type {HttpSettings, ProxySettings, TlsSettings} from './settings.ts';
import {serverNameOptions, tlsOptions} from './tls.ts';

/** A way to a server. */
export interface Route {
  readonly dispatcher: Dispatcher;
  /** The proxy that it goes through. */
  readonly proxy?: URL;
}

/** A client's open connections. */
export interface Connections {
  /** The way to `target`. Throws when a certificate or the proxy can't be used. */
  routeTo(target: URL): Promise<Route>;
  /**
   * Gives a function that tells whether a request failed with an error because a connection ended that had been opened when
   * this was called, those through proxies aside.
   */
  keptSoFar(): (error: unknown) => boolean;
  /** Ends whatever is open. */
  close(): Promise<void>;
}

// Longer than the minute between two repetitions. Prometheus leaves an idle connection open for 5 minutes (its flag
// web.read-timeout), VictoriaMetrics for one (http.idleConnTimeout), load balancers commonly for one or more.
const keepAliveMs = 90_000;

type Undici = typeof import('undici');

interface ClientOptions {
  // Without a limit, a request that follows on another's heels opens a second connection.
  readonly connections: number;
  // The deadline of a request stands for the two timeouts.
  readonly headersTimeout: 0;
  readonly bodyTimeout: 0;
  readonly keepAliveTimeout: number;
}

/** What a proxy is sent to let a connection through. */
const proxyHeaders = ({username, password}: URL): Record<string, string> =>
  username === '' && password === ''
    ? {}
    : {'proxy-authorization': `Basic ${basic(percentDecode(username), percentDecode(password))}`};

const connectHeaders = (proxy: ProxySettings | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(proxy?.connectHeaders ?? {}).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
  );

interface OpenProxy {
  readonly url: URL;
  readonly tunnelHeaders: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
  readonly timeoutMs: number;
  readonly clientOptions: ClientOptions;
}

/** A way by HTTP CONNECT for https:// targets, and by asking the proxy for the whole address for http:// ones. */
const openProxied = (
  undici: Undici,
  {url, tunnelHeaders, tls, timeoutMs, clientOptions}: OpenProxy,
): Dispatcher =>
  new undici.ProxyAgent({
    ...clientOptions,
    uri: url.origin,
    headers: {...tunnelHeaders, ...proxyHeaders(url)},
    requestTls: {...tlsOptions(tls), ...serverNameOptions(tls), timeout: timeoutMs},
    proxyTls: {...tlsOptions(tls), timeout: timeoutMs},
    proxyTunnel: false,
    factory: (origin, options) => new undici.Pool(origin, {...options, ...clientOptions}),
    // A proxy that never answers CONNECT would hold the only connection.
    clientFactory: (origin, options) => new undici.Pool(origin, {...options, headersTimeout: timeoutMs}),
  });

const openDirect = (
  undici: Undici,
  tls: TlsSettings,
  timeoutMs: number,
  clientOptions: ClientOptions,
  onConnection: (socket: Socket) => void,
): Dispatcher => {
  const connect = undici.buildConnector({...tlsOptions(tls), ...serverNameOptions(tls), timeout: timeoutMs});
  return new undici.Agent({
    ...clientOptions,
    connect: (options, callback) =>
      connect(options, (...outcome) => {
        // The listener comes before undici's own, which have the request fail of the same error.
        if (outcome[0] === null) onConnection(outcome[1]);
        callback(...outcome);
      }),
  });
};

/** Opens connections as requests need them. Where a certificate's file has changed, it opens new ones. */
export const createConnections = ({
  tls = {},
  proxy,
  timeoutMs,
  connections = 1,
}: HttpSettings): Connections => {
  const clientOptions: ClientOptions = {
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
  };
  let loading: Promise<Undici> | undefined;
  const opened = new Map<string, {readonly dispatcher: Dispatcher; readonly madeOf: string}>();
  let connectionsOpened = 0;
  /** The place of the connection, counted from 1, that ended with an error. */
  const places = new WeakMap<Error, number>();
  const noteConnection = (socket: Socket): void => {
    connectionsOpened += 1;
    const place = connectionsOpened;
    socket.once('error', (error) => places.set(error, place));
  };

  /** What was opened under this name with the same certificates and headers, or else is opened now. */
  const openOnce = (name: string, madeOf: string, open: () => Dispatcher): Dispatcher => {
    const before = opened.get(name);
    if (before?.madeOf === madeOf) return before.dispatcher;
    // Lets the requests under way come to their end.
    void before?.dispatcher.close();
    const dispatcher = open();
    opened.set(name, {dispatcher, madeOf});
    return dispatcher;
  };

  return {
    routeTo: async (target) => {
      // Loading undici takes 100 ms and 15 MB, which a process without deliveries need not spend.
      loading ??= import('undici');
      const undici = await loading;
      const url = proxyFor(target, proxy);
      const certificates = tlsOptions(tls);
      if (url === undefined) {
        const open = (): Dispatcher => openDirect(undici, tls, timeoutMs, clientOptions, noteConnection);
        return {dispatcher: openOnce('', JSON.stringify(certificates), open)};
      }
      const tunnelled = target.protocol === 'https:' || url.protocol === 'https:';
      const tunnelHeaders = tunnelled ? connectHeaders(proxy) : {};
      const open = (): Dispatcher => openProxied(undici, {url, tunnelHeaders, tls, timeoutMs, clientOptions});
      const dispatcher = openOnce(
        `${url.href} ${tunnelled}`,
        JSON.stringify([certificates, tunnelHeaders]),
        open,
      );
      return {dispatcher, proxy: url};
    },
    keptSoFar: () => {
      const last = connectionsOpened;
      return (error) => error instanceof Error && (places.get(error) ?? Infinity) <= last;
    },
    close: async () => {
      await loading;
      await Promise.all([...opened.values()].map(({dispatcher}) => dispatcher.destroy()));
    },
  };
};

import {randomBytes} from 'node:crypto';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {clientInfo} from './client-info.ts';
import {type EchoOffer, echoPath} from './echo-protocol.ts';
import {echoLimits} from './echo-sessions.ts';
import {takeBody} from './empty.ts';
import {pieceBytes, sendGarbage} from './garbage.ts';
import {layouts} from './protocol.ts';

/** A path's methods, and its answer to all of them. */
interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;
}

/** What is answered at each path. */
export type Routes = ReadonlyMap<string, Route>;

const neverCached = {
  'Cache-Control': 'no-store, no-cache, must-revalidate, max-age=0, s-maxage=0',
  Pragma: 'no-cache',
};

const crossOrigin = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Content-Encoding, Content-Type',
};

/** The headers of every answer. A page of another origin asks with `cors` to be let in, as LibreSpeed's does. */
export const commonHeaders = (query: URLSearchParams): Readonly<Record<string, string>> => ({
  ...neverCached,
  ...(query.has('cors') && crossOrigin),
});

const sendJson = (request: IncomingMessage, response: ServerResponse, value: unknown): void => {
  const json = JSON.stringify(value);
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(request.method === 'HEAD' ? undefined : json);
};

const getIp: Route = {
  methods: ['GET', 'HEAD'],
  answer: (request, response, query) => {
    const {remoteAddress} = request.socket;
    if (remoteAddress === undefined) return; // the client has gone
    sendJson(request, response, clientInfo(remoteAddress, query.has('isp')));
  },
};

/** Opens a session of datagrams for a client's socket address; gives `undefined` when there are too many. */
export type OpenEcho = (socketAddress: string | undefined) => EchoOffer | undefined;

const retry = {'Retry-After': String(echoLimits.lifetimeMs / 1000)};

const echoRoute = (openEcho: OpenEcho): Route => ({
  methods: ['POST'],
  answer: (request, response) => {
    const offer = openEcho(request.socket.remoteAddress);
    if (offer !== undefined) sendJson(request, response, offer);
    else sendLine(request, response, 503, 'too many sessions of datagrams are open: try again later', retry);
  },
});

/** The routes of the LibreSpeed protocol, in every place where its clients look for them, and of `openEcho` if given. */
export const createRoutes = (openEcho: OpenEcho | undefined): Routes => {
  // One buffer for every transfer.
  const piece = randomBytes(pieceBytes);
  const garbage: Route = {
    methods: ['GET', 'HEAD'],
    answer: (request, response, query) => sendGarbage(piece, request, response, query),
  };
  const empty: Route = {methods: ['GET', 'HEAD', 'POST'], answer: takeBody};
  const routes = layouts.flatMap((layout): [string, Route][] => [
    [`/${layout.garbage}`, garbage],
    [`/${layout.empty}`, empty],
    [`/${layout.getIp}`, getIp],
  ]);
  if (openEcho !== undefined) {
    const echo = echoRoute(openEcho);
    routes.push([`/${echoPath}`, echo], [`/backend/${echoPath}`, echo]);
  }
  return new Map(routes);
};

/** Answers with a line of text in place of what was asked for. */
export const sendLine = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  const text = `${line}\n`;
  // What remains of a body that nobody wants is not waited for (RFC 9112, 9.6).
  const close = hasBody(request) && {Connection: 'close'};
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...close,
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
};

/** RFC 9112, 6.3: a request has a body when, and only when, one of these two headers says so. */
const hasBody = ({headers}: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Answers a request that may be answered. */
export const answer = (
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  {path, query}: {readonly path: string; readonly query: URLSearchParams},
): void => {
  const route = routes.get(path);
  if (route === undefined) {
    sendLine(request, response, 404, 'not a path of the LibreSpeed protocol');
  } else if (route.methods.includes(request.method ?? '')) {
    route.answer(request, response, query);
  } else {
    const allow = [...route.methods, 'OPTIONS'].join(', ');
    if (request.method === 'OPTIONS') response.writeHead(204, {Allow: allow}).end();
    else sendLine(request, response, 405, 'method not allowed here', {Allow: allow});
  }
};

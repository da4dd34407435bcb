import {STATUS_CODES} from 'node:http';
import type {Dispatcher} from 'undici';
import {Secret} from '../../secret.ts';
import {createConnections} from './connections.ts';
import type {Credentials} from './credentials.ts';
import {createLogin} from './login.ts';
import type {HttpAnswer, HttpClient, HttpRequest, HttpResponse} from './message.ts';
import {describeFailure, isClosedConnection, peerOf} from './network-failure.ts';
import {isAtHome, redirectTarget} from './redirect.ts';
import {readResponse} from './response.ts';
import type {HttpSettings} from './settings.ts';

const maxRedirects = 10;

/** The settings' headers. They can hold keys, so their values are not to be repeated. */
const configuredHeaders = (settings: HttpSettings): Pick<Credentials, 'headers' | 'secrets'> => {
  const headers: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(settings.headers)) {
    const text = value instanceof Secret ? value.reveal() : value;
    if (value instanceof Secret) secrets.push(text);
    headers[name.toLowerCase()] = text;
  }
  return {headers, secrets};
};

/** The values of an address's query, which may be keys as well, in both forms in which they may be repeated. */
const secretsOf = ({search, searchParams}: URL): readonly string[] => [
  ...search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1)),
  ...searchParams.values(),
];

/** A redirect to a stranger says nothing of the request: its own refusal may be for want of the login. */
const isRefusal = ({status}: HttpResponse): boolean => status === 401 || status === 403;

/**
 * A client of one destination with a connection of its own, which is kept alive. Connects at the first request.
 *
 * Follows redirects where the settings say so, but takes login and configured headers to no other host. Those that would
 * have a request lose its body are given as they are.
 */
export const createHttpClient = (settings: HttpSettings): HttpClient => {
  const {url: home, timeoutMs} = settings;
  const connections = createConnections(settings);
  const login = createLogin(settings, createHttpClient);
  let sentBytes = 0;

  /** Makes one request under the deadline. */
  const send = async (
    target: URL,
    {method, headers, body, page}: HttpRequest,
    secrets: readonly string[],
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const {dispatcher, proxy} = await connections.routeTo(target);
    signal.throwIfAborted();
    // Not AbortSignal.any: what it makes of a signal that lives as long as the process is never freed on Node 20.
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, {once: true});
    const request = (): Promise<Dispatcher.ResponseData> => {
      sentBytes += body === undefined ? 0 : Buffer.byteLength(body);
      return dispatcher.request({
        origin: target.origin,
        path: target.pathname + target.search,
        method,
        headers,
        body: body ?? null,
        signal: ending.signal,
      });
    };
    const wasKept = connections.keptSoFar();
    try {
      const response = await request().catch((error: unknown) => {
        // A server may close a connection that was kept just when it is used again. No harm is in any of the requests made
        // twice: https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1
        if (wasKept(error) && isClosedConnection(error)) return request();
        throw error;
      });
      return await readResponse(response, [...secrets, ...secretsOf(target)], page);
    } catch (error) {
      signal.throwIfAborted();
      const cause = ending.signal.aborted
        ? `no answer from ${peerOf(target)} within ${timeoutMs / 1000} s`
        : describeFailure(error, target, proxy);
      return {kind: 'failed', cause};
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };

  /** Makes one request with all that home is to be shown. */
  const sendHome = async (target: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const configured = configuredHeaders(settings);
    const headers = {...configured.headers, ...request.headers};
    const credentials = await login.credentialsFor({...request, headers, url: target}, signal);
    if (credentials.kind === 'failed') return credentials;
    const complete = {...request, headers: {...headers, ...credentials.headers}};
    return send(target, complete, [...configured.secrets, ...credentials.secrets], signal);
  };

  const sendAbroad = async (target: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const answer = await send(target, request, [], signal);
    if (answer.kind === 'failed' || !isRefusal(answer)) return answer;
    const cause = `HTTP ${answer.status} ${STATUS_CODES[answer.status]} from ${peerOf(target)}, to which ${peerOf(home)} redirects: login and headers go to no other host; correct the url`;
    return {kind: 'failed', cause};
  };

  const follow = async (request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    let target = request.url ?? home;
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const answer = isAtHome(target, home)
        ? await sendHome(target, request, signal)
        : await sendAbroad(target, request, signal);
      if (answer.kind === 'failed' || settings.followRedirects !== true) return answer;
      const next = redirectTarget(answer, target, request.method);
      if (next === undefined) return answer;
      target = next;
    }
    return {kind: 'failed', cause: `${peerOf(home)} redirects more than ${maxRedirects} times`};
  };

  return {
    send: async (request, signal) => {
      try {
        const answer = await follow(request, signal);
        const isUnauthorized = answer.kind === 'response' && answer.status === 401;
        return isUnauthorized && login.refused() ? await follow(request, signal) : answer;
      } catch (error) {
        signal.throwIfAborted();
        return {kind: 'failed', cause: describeFailure(error, home)};
      }
    },
    sentBytes: () => sentBytes,
    close: async () => {
      await Promise.all([login.close(), connections.close()]);
    },
  };
};

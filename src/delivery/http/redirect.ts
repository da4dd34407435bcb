import type {HttpRequest, HttpResponse} from './message.ts';

/**
 * Where an answer sends the very same request on to, body and all: RFC 9110, section 15.4. By 307 and 308 that is any; by
 * 301, 302 and 303 one that has no body.
 */
export const redirectTarget = (
  {status, headers}: HttpResponse,
  from: URL,
  method: HttpRequest['method'],
): URL | undefined => {
  const location = headers['location'];
  const statuses = method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308];
  if (!statuses.includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from);
  return target.protocol === 'http:' || target.protocol === 'https:' ? target : undefined;
};

/** Whether what is meant for `home` may be shown to `target`: only to the same server, or to the same host by TLS. */
export const isAtHome = (target: URL, home: URL): boolean =>
  target.origin === home.origin ||
  (target.hostname === home.hostname && home.protocol === 'http:' && target.protocol === 'https:');

/** An address without its query and user, which may hold a key. */
export const withoutSecrets = (address: string): string =>
  address.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//');

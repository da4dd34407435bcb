import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto';

/** A request's URL, with what it carries of a token taken out. */
export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token?: string;
}

const inPath = /^\/token=([^/]*)(?=\/)/;

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/**
 * Reads a request's target. Clients that are given nothing but an address carry the token in it: as the first part of
 * the path, `/token=SECRET/empty`, which every client keeps; or in the query, `/empty?token=SECRET`.
 */
export const readTarget = (url: string): Target => {
  const [whole = '', search = ''] = url.split('?', 2);
  const query = new URLSearchParams(search);
  const match = inPath.exec(whole);
  const token = match === null ? query.get('token') : decoded(match[1] ?? '');
  return {
    path: match === null ? whole : whole.slice(match[0].length),
    query,
    ...(typeof token === 'string' && {token}),
  };
};

/** The token of an Authorization header (RFC 6750, 2.1). */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** Shorter ones can be guessed. */
export const leastTokenLength = 16;

/**
 * Builds the check of given tokens against the right one, which is read each time. It takes as long for every wrong
 * token, and finds all of them wrong while the right one is too short. Throws where `read` does.
 */
export const createTokenCheck = (read: () => string): ((given: string | undefined) => boolean) => {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return (given) => {
    const right = read();
    return (
      given !== undefined && right.length >= leastTokenLength && timingSafeEqual(digest(given), digest(right))
    );
  };
};

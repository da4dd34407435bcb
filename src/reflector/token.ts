import {isSameToken, leastTokenLength, tokenDigest} from '../bearer-token.ts';

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

/**
 * Builds the check of given tokens against the right one, which is read each time. It takes as long for every wrong
 * token, and finds all of them wrong while the right one is too short. Throws where `read` does.
 */
export const createTokenCheck = (read: () => string): ((given: string | undefined) => boolean) => {
  return (given) => {
    const right = read();
    if (given === undefined || right.length < leastTokenLength) return false;
    return isSameToken(tokenDigest(given), tokenDigest(right));
  };
};

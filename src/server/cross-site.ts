import type {IncomingHttpHeaders} from 'node:http';

/**
 * Whether a browser made this request for a page of another origin, which must not change anything here: the client's
 * address is that of whoever looks at the page. Programs other than browsers send neither header.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header, https://www.rfc-editor.org/rfc/rfc6454#section-7
 */
export const isCrossSite = (headers: IncomingHttpHeaders): boolean => {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const {origin, host} = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
};

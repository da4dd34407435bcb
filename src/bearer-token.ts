import {hash, timingSafeEqual} from 'node:crypto';

/** Shorter ones can be guessed. */
export const leastTokenLength = 16;

/** The token of an Authorization header (RFC 6750, 2.1). */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** What stands for a token in comparisons, which by that take as long for each wrong one. */
export const tokenDigest = (token: string): Buffer => hash('sha256', token, 'buffer');

/** Whether two tokens are the same, by their digests. */
export const isSameToken: (digest: Buffer, other: Buffer) => boolean = timingSafeEqual;

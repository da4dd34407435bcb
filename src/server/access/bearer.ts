import {hash, timingSafeEqual} from 'node:crypto';

/** A secret that may be in a file, and is read with each call; throws when its file can't be read. */
export interface Revealed {
  reveal(): string;
}

/** Shorter ones can be guessed. */
export const leastTokenLength = 16;

/** Tokens in files are read again this often at most, for a scrape must not wait for a disk. */
const freshMs = 1000;

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** The token of an Authorization header (RFC 6750, 2.1). */
export const bearerToken = (authorization: string): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization)?.[1];

/**
 * Builds the check whether a token is one of `tokens`, which takes as long for each wrong one. A file that can't be read
 * keeps the token that it had, and one that is too short never counts.
 * @param nowMs a clock that only goes forward, in milliseconds.
 */
export const createTokenCheck = (
  tokens: readonly Revealed[],
  nowMs: () => number,
): ((given: string) => boolean) => {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let digests: readonly (Buffer | undefined)[] = [];
  const read = (token: Revealed, index: number): Buffer | undefined => {
    try {
      const text = token.reveal();
      return text.length < leastTokenLength ? undefined : digest(text);
    } catch {
      return digests[index];
    }
  };
  return (given) => {
    const atMs = nowMs();
    if (atMs - readAtMs >= freshMs) {
      digests = tokens.map(read);
      readAtMs = atMs;
    }
    const wanted = digest(given);
    let found = false;
    for (const right of digests) if (right !== undefined && timingSafeEqual(right, wanted)) found = true;
    return found;
  };
};

import {isSameToken, leastTokenLength, tokenDigest} from '../../bearer-token.ts';

/** A secret that may be in a file, and is read with each call; throws when its file can't be read. */
export interface Revealed {
  reveal(): string;
}

/** Tokens in files are read again this often at most, for a scrape must not wait for a disk. */
const freshMs = 1000;

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
      return text.length < leastTokenLength ? undefined : tokenDigest(text);
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
    const wanted = tokenDigest(given);
    let found = false;
    for (const right of digests) if (right !== undefined && isSameToken(right, wanted)) found = true;
    return found;
  };
};

import {createHmac, randomBytes} from 'node:crypto';

export interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** The user of an Authorization header (RFC 7617, 2), in UTF-8; undefined when it is of another scheme or malformed. */
export const basicUser = (authorization: string): NameAndPassword | undefined => {
  const base64 = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (base64 === undefined) return undefined;
  try {
    const text = decoder.decode(Buffer.from(base64, 'base64'));
    const colon = text.indexOf(':');
    return colon < 0 ? undefined : {name: text.slice(0, colon), password: text.slice(colon + 1)};
  } catch {
    return undefined;
  }
};

/** One comparison takes about a tenth of a second of the processor, so they go one by one, and few wait. */
const mostWaiting = 16;
const mostRemembered = 64;

export type PasswordVerdict = 'right' | 'wrong' | 'busy';

/**
 * Builds the check of a name and password against bcrypt hashes by name. Right ones are remembered, so that a scraper's
 * password is computed once; of wrong ones nothing is. A name that is not there takes as long as a wrong password.
 */
export const createPasswordCheck = (
  users: ReadonlyMap<string, string>,
): ((given: NameAndPassword) => PasswordVerdict | Promise<PasswordVerdict>) => {
  const cost = (bcrypt: string): number => Number.parseInt(bcrypt.slice(4, 6), 10);
  const [decoy = ''] = [...users.values()].sort((one, other) => cost(other) - cost(one));
  const key = randomBytes(32);
  const remembered = new Set<string>();
  const remember = (digest: string): void => {
    const [oldest] = remembered;
    if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.add(digest);
  };

  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const compareInTurn = async (password: string, bcrypt: string): Promise<boolean> => {
    const before = last;
    // Loaded where there is a password to check: it takes long, and few bridges have users.
    const turn = before.then(async () => (await import('bcryptjs')).compare(password, bcrypt));
    last = turn.catch(() => undefined);
    waiting += 1;
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };

  return ({name, password}) => {
    const bcrypt = users.get(name);
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest('base64');
    if (remembered.has(digest)) return 'right';
    if (waiting >= mostWaiting) return 'busy';
    return compareInTurn(password, bcrypt ?? decoy).then((equal) => {
      if (!equal || bcrypt === undefined) return 'wrong';
      remember(digest);
      return 'right';
    });
  };
};

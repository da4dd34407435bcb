/** What takes remote write and has a limit of its own on the age of samples. */
export type Product = 'prometheus' | 'mimir' | 'thanos' | 'victoria-metrics';

/** How old a sample a receiver takes, as far as it tells. */
export type AgeLimit =
  | {
      readonly kind: 'known';
      readonly product: Product;
      /** Unix milliseconds; -Infinity where it takes any. */
      readonly oldestMs: number;
      /** The same for people, and by which setting. */
      readonly words: string;
    }
  | {readonly kind: 'unknown'; readonly product?: Product; readonly why: string};

/** What a receiver answered at one of its paths: a body, or why there is none. */
export type Asked = {readonly ok: true; readonly body: string} | {readonly ok: false; readonly why: string};

/** Asks a receiver, with the login and headers of its remote write, at a path beside that of remote write. */
export type Ask = (path: string) => Promise<Asked>;

/** The same for people. */
export const ageLimitText = (limit: AgeLimit): string =>
  limit.kind === 'known' ? limit.words : `How old a sample it takes can't be known: ${limit.why}`;

import type {Template} from './template.ts';

/** Templates of requests that are made again and again. */
export interface TemplateCache {
  /**
   * The template of that key, which is made when it is asked for the second time: undefined at the first, for many a
   * layout is never seen again.
   */
  get(key: string, create: () => Template): Template | undefined;
}

interface Entry {
  usedMs: number;
  template?: Template;
}

// Of a target that is scraped less often, requests are made anew each time.
const keptMs = 3 * 60_000;
const pruneEveryMs = 30_000;

/** @param now a clock that only goes forward, in milliseconds. */
export const createTemplateCache = (now: () => number): TemplateCache => {
  const entries = new Map<string, Entry>();
  let prunedMs = now();
  const prune = (): void => {
    prunedMs = now();
    for (const [key, {usedMs}] of entries) if (usedMs < prunedMs - keptMs) entries.delete(key);
  };
  return {
    get: (key, create) => {
      if (now() - prunedMs > pruneEveryMs) prune();
      const known = entries.get(key);
      if (known === undefined) {
        entries.set(key, {usedMs: now()});
        return undefined;
      }
      known.usedMs = now();
      known.template ??= create();
      return known.template;
    },
  };
};

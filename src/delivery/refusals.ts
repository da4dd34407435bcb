/** Results that a receiver refused with the same words, but for the numbers and names in them. */
export interface Refusal {
  /** Those of the first of them. */
  readonly words: string;
  readonly results: number;
  /** When the oldest and the newest of them ended, Unix milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What differs between the words on one result and those on another: times, values and series. */
const particulars = /\{[^}]*\}|"[^"]*"|\d[\w.:+-]*/g;

/** Collects refusals, which may be as many as there are results, by their words. */
export const createRefusals = () => {
  const byKind = new Map<string, Refusal>();
  let count = 0;
  return {
    /** Adds one of a result that ended at `atMs`; to be called in the order of time. */
    add: (atMs: number, words: string): void => {
      count += 1;
      const kind = words.replace(particulars, '*');
      const before = byKind.get(kind) ?? {words, results: 0, firstMs: atMs, lastMs: atMs};
      byKind.set(kind, {...before, results: before.results + 1, lastMs: atMs});
    },
    /** How many results were refused. */
    count: (): number => count,
    list: (): readonly Refusal[] => [...byKind.values()],
  };
};

/** Collects what was measured, and against which limit. */
export interface Verdicts {
  atMost(what: string, measured: number, limit: number, unit: string): void;
  /** What there must not be any of, such as lost samples. */
  none(what: string, count: number): void;
  /** `other` names what the limit is taken from. */
  atLeast(what: string, rate: number, limit: number, other: string, words?: RateWords): void;
  /** A rate without a limit, beside another one. */
  beside(what: string, rate: number, otherRate: number, other: string, words?: RateWords): void;
  /** Prints all of them as a table. Gives whether every limit is kept. */
  print(): boolean;
}

/** How a rate is written. */
type RateWords = (rate: number) => string;

interface Line {
  readonly what: string;
  readonly measured: string;
  readonly against: string;
  readonly ratio: string;
  readonly kept: boolean | '';
}

/** Writes a rate in samples a second. */
const inMillions: RateWords = (rate) => `${(rate / 1e6).toFixed(2)} million/s`;

/** Writes a rate in bytes a second. */
export const inGigabits: RateWords = (rate) => `${((rate * 8) / 1e9).toFixed(2)} Gbit/s`;

export const createVerdicts = (): Verdicts => {
  const lines: Line[] = [];
  return {
    atMost: (what, measured, limit, unit) => {
      lines.push({
        what,
        measured: `${measured.toFixed(1)} ${unit}`,
        against: `at most ${limit.toFixed(1)} ${unit}`,
        ratio: (measured / limit).toFixed(2),
        kept: measured <= limit,
      });
    },
    none: (what, count) => {
      lines.push({what, measured: `${count}`, against: 'none', ratio: '', kept: count === 0});
    },
    atLeast: (what, rate, limit, other, words = inMillions) => {
      lines.push({
        what,
        measured: words(rate),
        against: `at least ${other}: ${words(limit)}`,
        ratio: (rate / limit).toFixed(2),
        kept: rate >= limit,
      });
    },
    beside: (what, rate, otherRate, other, words = inMillions) => {
      lines.push({
        what,
        measured: words(rate),
        against: `${other}: ${words(otherRate)}`,
        ratio: (rate / otherRate).toFixed(2),
        kept: '',
      });
    },
    print: () => {
      console.table(lines);
      return lines.every(({kept}) => kept !== false);
    },
  };
};

import type {Labels} from './sample.ts';

/**
 * The order of UTF-8's bytes, in which Prometheus sorts; `<` compares UTF-16's units and so puts the code points from
 * U+10000 on before U+E000.
 */
const byCodePoint = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a.charCodeAt(index) !== b.charCodeAt(index)) {
      return (a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0);
    }
  }
  return a.length - b.length;
};

/** Compares two labels by their names, in the order in which every label set is sorted. */
export const byLabelName = ([a]: Labels[number], [b]: Labels[number]): number => byCodePoint(a, b);

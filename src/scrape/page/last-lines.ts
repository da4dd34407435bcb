import type {Family} from '../block.ts';
import {createKnownHeads, headEnd, type KnownHeads} from './known-heads.ts';
import type {RememberedPage} from './remembered-page.ts';

/** The lines of the last page, to be found again in the next one, mostly in the same order. */
export interface LastLines {
  /** The line with the same bytes before its value as the sample at `start`; undefined where there is none. */
  find(page: Buffer, start: number): number | undefined;
  /** Takes note of a line that is no sample. */
  pass(): void;
  /** The last page's object for the same family, if it had it: the same object stands for the same metadata. */
  familyAs(family: Family): Family;
}

const keyOf = ({name, type, help, unit}: Family): string => JSON.stringify([name, type, help, unit]);

/** @param from the line that may well be the first. */
export const createLastLines = ({bytes, lines}: RememberedPage, from: number): LastLines => {
  let expected = from;
  // Made when it is needed, which it is not where lines are only missing at the end.
  let heads: KnownHeads | undefined;
  const families = new Map<string, Family>();
  for (const family of new Set(lines.families)) {
    if (family !== undefined) families.set(keyOf(family), family);
  }

  const isExpected = (page: Buffer, start: number, end: number): boolean => {
    if (expected >= lines.count) return false;
    const lastStart = lines.starts[expected] ?? 0;
    const lastEnd = lastStart + (lines.headBytes[expected] ?? 0);
    return lastEnd - lastStart === end - start && page.compare(bytes, lastStart, lastEnd, start, end) === 0;
  };

  return {
    find: (page, start) => {
      const end = headEnd(page, start);
      if (isExpected(page, start, end)) {
        expected += 1;
        return expected - 1;
      }
      heads ??= createKnownHeads(bytes, lines);
      const line = heads.find(page, start, end);
      if (line !== undefined) expected = line + 1;
      return line;
    },
    pass: () => {
      expected += 1;
    },
    familyAs: (family) => families.get(keyOf(family)) ?? family,
  };
};

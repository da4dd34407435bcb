import type {LineTable} from './line-table.ts';

const hashOfHead = (page: Buffer, start: number, end: number): number => {
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ (page[index] ?? 0), 0x01000193);
  }
  return hash ^ (hash >>> 15);
};

/** Finds lines of a page by the bytes of their heads. */
export interface KnownHeads {
  /** The first line with the same head as what is between two places of another page; undefined where there is none. */
  find(page: Buffer, start: number, end: number): number | undefined;
}

/** Takes some 100 ns a line. */
export const createKnownHeads = (known: Buffer, lines: LineTable): KnownHeads => {
  const size = 2 ** Math.ceil(Math.log2(lines.count * 2 + 2));
  // The number of a line plus 1; a slot that is taken is passed over.
  const slots = new Uint32Array(size);
  const lookUp = (
    page: Buffer,
    start: number,
    end: number,
  ): {readonly slot: number; readonly line: number} => {
    let slot = hashOfHead(page, start, end) & (size - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const line = (slots[slot] ?? 0) - 1;
      const from = lines.starts[line] ?? 0;
      const to = from + (lines.headBytes[line] ?? 0);
      if (to - from === end - start && known.compare(page, start, end, from, to) === 0) return {slot, line};
    }
    return {slot, line: -1};
  };
  for (let line = 0; line < lines.count; line += 1) {
    const start = lines.starts[line] ?? 0;
    const {slot, line: same} = lookUp(known, start, start + (lines.headBytes[line] ?? 0));
    if (same < 0) slots[slot] = line + 1;
  }
  return {
    find: (page, start, end) => {
      const {line} = lookUp(page, start, end);
      return line < 0 ? undefined : line;
    },
  };
};

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

/**
 * Where the head of a sample's line ends, which is where its value begins. Of a line that is none it gives any place
 * in the page: nothing is known by such a head.
 */
export const headEnd = (page: Buffer, start: number): number => {
  let at = start;
  while (isBlank(page[at])) at += 1;
  for (
    let byte = page[at];
    byte !== undefined && byte !== 0x7b && byte !== 0x0a && !isBlank(byte);
    byte = page[at]
  ) {
    at += 1;
  }
  while (isBlank(page[at])) at += 1;
  if (page[at] !== 0x7b) return at;
  let isQuoted = false;
  for (; at < page.length && (isQuoted || page[at] !== 0x7d); at += 1) {
    if (page[at] === 0x22) isQuoted = !isQuoted;
    else if (isQuoted && page[at] === 0x5c) at += 1;
  }
  at += 1;
  while (isBlank(page[at])) at += 1;
  return Math.min(at, page.length);
};

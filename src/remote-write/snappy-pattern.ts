/**
 * A message of which a part is another one in each request: a number for each of its bytes, which is the byte itself
 * where it is below 256. Others stand for what varies:
 */
export const varying = {
  /** From here on: bytes that are the same all over one request, known by the same number. */
  shared: 0x100,
  /** The first of some bytes that are like no others, and those behind it. */
  ownFirst: 0x200,
  ownNext: 0x201,
} as const;

/** A pattern in snappy's block format, with zeros where it varies. */
export interface CompressedPattern {
  readonly bytes: Uint8Array;
  /** Where in them each `ownFirst` is, in the pattern's order. */
  readonly ownAt: Uint32Array;
  /** Where in them each shared byte is that is not a copy, and behind each place its number less `varying.shared`. */
  readonly sharedAt: Uint32Array;
}

const hashBits = 15;
const shortest = 4;
const farthest = 65_535;

const hashAt = (pattern: Uint16Array, at: number): number => {
  const four =
    (pattern[at] ?? 0) ^
    ((pattern[at + 1] ?? 0) << 8) ^
    ((pattern[at + 2] ?? 0) << 16) ^
    ((pattern[at + 3] ?? 0) << 24);
  return Math.imul(four, 0x1e35a7bd) >>> (32 - hashBits);
};

/** How many numbers from `at` on are those from `before` on. What is like nothing else is no copy of anything. */
const matchLength = (pattern: Uint16Array, before: number, at: number): number => {
  let length = 0;
  for (; at + length < pattern.length; length += 1) {
    const number = pattern[at + length] ?? varying.ownFirst;
    if (number >= varying.ownFirst || number !== pattern[before + length]) break;
  }
  return length;
};

/** What goes to the output: bytes, and the places of those that vary. */
const createOutput = (pattern: Uint16Array) => {
  const bytes = new Uint8Array(32 + pattern.length + Math.ceil(pattern.length / 6));
  const ownAt: number[] = [];
  const sharedAt: number[] = [];
  let end = 0;
  const put = (byte: number): void => {
    bytes[end] = byte;
    end += 1;
  };
  const putLittleEndian = (value: number, count: number): void => {
    for (let index = 0; index < count; index += 1) put(Math.floor(value / 2 ** (8 * index)) & 0xff);
  };
  return {
    /** The message's length before compression: "Preamble". */
    length: (): void => {
      let left = pattern.length;
      for (; left > 0x7f; left = Math.floor(left / 128)) put((left & 0x7f) | 0x80);
      put(left);
    },
    /** The numbers from one place up to another: "Literals". */
    literal: (from: number, to: number): void => {
      const length = to - from;
      if (length === 0) return;
      if (length <= 60) {
        put((length - 1) << 2);
      } else {
        const count = length <= 2 ** 8 ? 1 : length <= 2 ** 16 ? 2 : length <= 2 ** 24 ? 3 : 4;
        put((59 + count) << 2);
        putLittleEndian(length - 1, count);
      }
      for (let at = from; at < to; at += 1) {
        const number = pattern[at] ?? 0;
        if (number === varying.ownFirst) ownAt.push(end);
        else if (number >= varying.shared && number < varying.ownFirst)
          sharedAt.push(end, number - varying.shared);
        put(number < varying.shared ? number : 0);
      }
    },
    /** As many bytes again as were `offset` bytes before: "Copies" with a 2-byte offset, each of up to 64 bytes. */
    copy: (offset: number, length: number): void => {
      for (let left = length; left > 0; left -= 64) {
        put(((Math.min(left, 64) - 1) << 2) | 2);
        putLittleEndian(offset, 2);
      }
    },
    finish: (): CompressedPattern => ({
      bytes: bytes.slice(0, end),
      ownAt: Uint32Array.from(ownAt),
      sharedAt: Uint32Array.from(sharedAt),
    }),
  };
};

/**
 * Compresses a pattern by https://github.com/google/snappy/blob/main/format_description.txt so that whatever is put in its
 * varying places decompresses to the pattern with the same in its own.
 */
export const compressPattern = (pattern: Uint16Array): CompressedPattern => {
  const output = createOutput(pattern);
  const seen = new Int32Array(2 ** hashBits).fill(-farthest - 1);
  const note = (from: number, to: number): void => {
    for (let at = from; at < to; at += 1) seen[hashAt(pattern, at)] = at;
  };
  output.length();
  let done = 0;
  let at = 0;
  while (at + shortest <= pattern.length) {
    const before = seen[hashAt(pattern, at)] ?? 0;
    const length = at - before > farthest ? 0 : matchLength(pattern, before, at);
    if (length < shortest) {
      note(at, at + 1);
      at += 1;
      continue;
    }
    output.literal(done, at);
    output.copy(at - before, length);
    note(at, at + length);
    at += length;
    done = at;
  }
  output.literal(done, pattern.length);
  return output.finish();
};

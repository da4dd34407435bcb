const encoder = new TextEncoder();

/** Puts bytes one behind the other, in a buffer that grows. */
export interface ByteWriter {
  /** A whole number from 0 to 2^31 - 1, in the form of https://protobuf.dev/programming-guides/encoding/#varints */
  varint(value: number): void;
  /** A text's UTF-8, behind its length in bytes. Unpaired surrogates become U+FFFD. */
  text(text: string): void;
  bytes(bytes: Uint8Array): void;
  /** How many have been written. */
  length(): number;
  /** A copy of what has been written. */
  finish(): Uint8Array;
}

export const createByteWriter = (capacity = 4096): ByteWriter => {
  let buffer = new Uint8Array(capacity);
  let end = 0;
  const reserve = (more: number): void => {
    if (end + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, end + more));
    larger.set(buffer.subarray(0, end));
    buffer = larger;
  };
  const varint = (value: number): void => {
    reserve(5);
    let left = value;
    while (left > 0x7f) {
      buffer[end] = (left & 0x7f) | 0x80;
      left >>>= 7;
      end += 1;
    }
    buffer[end] = left;
    end += 1;
  };
  const bytes = (more: Uint8Array): void => {
    reserve(more.length);
    buffer.set(more, end);
    end += more.length;
  };
  return {
    varint,
    bytes,
    text: (text) => {
      const encoded = encoder.encode(text);
      varint(encoded.length);
      bytes(encoded);
    },
    length: () => end,
    finish: () => buffer.slice(0, end),
  };
};

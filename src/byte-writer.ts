/** Puts bytes one behind the other, in a buffer that grows. */
export interface ByteWriter {
  byte(value: number): void;
  /** A whole number from 0 to 2^32 - 1, in the form of https://protobuf.dev/programming-guides/encoding/#varints */
  varint(value: number): void;
  /** A text's UTF-8, behind its length in bytes. Unpaired surrogates become U+FFFD. */
  text(text: string): void;
  bytes(bytes: Uint8Array): void;
  /** What another one has written, behind its length in bytes. */
  message(from: Pick<ByteWriter, 'length' | 'written'>): void;
  /** Makes room for at most so many bytes, has them written to a buffer from a place on, and takes it from where they end. */
  place(most: number, write: (buffer: Uint8Array, view: DataView, at: number) => number): void;
  length(): number;
  /** What has been written, until anything else is. */
  written(): Uint8Array;
  /** Begins anew. */
  clear(): void;
}

/** The most bytes of a text of so many UTF-16 code units. */
const mostUtf8 = (length: number): number => length * 3;
const varintBytes = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 5;

export const createByteWriter = (capacity = 4096): ByteWriter => {
  let buffer = Buffer.allocUnsafeSlow(capacity);
  let view = new DataView(buffer.buffer);
  let end = 0;
  const reserve = (more: number): void => {
    if (end + more <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, end + more));
    buffer.copy(larger, 0, 0, end);
    buffer = larger;
    view = new DataView(buffer.buffer);
  };
  const putVarint = (value: number): void => {
    let left = value;
    while (left > 0x7f) {
      buffer[end] = (left & 0x7f) | 0x80;
      left >>>= 7;
      end += 1;
    }
    buffer[end] = left;
    end += 1;
  };
  const putBytes = (more: Uint8Array): void => {
    reserve(more.length);
    buffer.set(more, end);
    end += more.length;
  };
  return {
    byte: (value) => {
      reserve(1);
      buffer[end] = value;
      end += 1;
    },
    varint: (value) => {
      reserve(5);
      putVarint(value);
    },
    text: (text) => {
      const most = mostUtf8(text.length);
      reserve(5 + most);
      // Where its length may take more bytes than it will, the text is not where it belongs yet.
      const lengthBytes = varintBytes(most);
      const from = end + lengthBytes;
      const length = buffer.write(text, from, most, 'utf8');
      putVarint(length);
      if (end !== from) buffer.copyWithin(end, from, from + length);
      end += length;
    },
    bytes: putBytes,
    message: (from) => {
      reserve(5);
      putVarint(from.length());
      putBytes(from.written());
    },
    place: (most, write) => {
      reserve(most);
      end = write(buffer, view, end);
    },
    length: () => end,
    written: () => buffer.subarray(0, end),
    clear: () => {
      end = 0;
    },
  };
};

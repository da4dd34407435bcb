import {errorAt, type PageError} from './page-error.ts';

const isNameStart = (byte: number): boolean =>
  (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const colon = 0x3a;
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;

/** `\\`, `\"` and `\n` stand for one character; before any other a backslash is itself, as in Prometheus. */
const unescapeQuoted = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(["\\n])/g, (_, char) => (char === 'n' ? '\n' : char)) : text;

/** A place in a page, which moves on over what is read there. */
export class Cursor {
  readonly page: Buffer;
  at: number;

  constructor(page: Buffer, at: number) {
    this.page = page;
    this.at = at;
  }

  error(problem: string, at = this.at): PageError {
    return errorAt(this.page, at, problem);
  }

  /** The byte here; NaN behind the page's end. */
  peek(): number {
    return this.page[this.at] ?? Number.NaN;
  }

  /** Moves over the byte where it is here, and tells whether it was. */
  skip(byte: number): boolean {
    const isHere = this.page[this.at] === byte;
    if (isHere) this.at += 1;
    return isHere;
  }

  skipText(text: string): boolean {
    const isHere = this.page.toString('latin1', this.at, this.at + text.length) === text;
    if (isHere) this.at += text.length;
    return isHere;
  }

  /** Spaces and tabs. */
  skipBlanks(): void {
    while (this.page[this.at] === 0x20 || this.page[this.at] === 0x09) this.at += 1;
  }

  /** A name without quotes, or undefined where none begins. Those of metrics may hold colons. */
  takeName(isMetric: boolean): string | undefined {
    const start = this.at;
    const isPart = (byte: number): boolean => isNameStart(byte) || (isMetric && byte === colon);
    if (!isPart(this.peek())) return undefined;
    while (isPart(this.peek()) || isDigit(this.peek())) this.at += 1;
    return this.page.toString('latin1', start, this.at);
  }

  /**
   * A text in quotes, without them and their escapes; undefined where there is none.
   * @param oneLine whether a line feed may not be in it, as in OpenMetrics.
   * Throws a `PageError` where it is no UTF-8.
   */
  takeQuoted(oneLine: boolean): string | undefined {
    const start = this.at + 1;
    if (!this.skip(quote)) return undefined;
    for (; this.at < this.page.length; this.at += 1) {
      const byte = this.page[this.at];
      if (byte === quote) {
        this.at += 1;
        return unescapeQuoted(this.takenText(start, this.at - 1));
      }
      if (oneLine && byte === newline) break;
      if (byte === backslash) {
        this.at += 1;
        if (this.page[this.at] === newline) break;
      }
    }
    this.at = start - 1;
    return undefined;
  }

  /** The rest of the line, without its line feed, which is moved over; undefined where there is no line feed. */
  takeLine(): string | undefined {
    const start = this.at;
    const end = this.page.indexOf(newline, start);
    if (end < 0) return undefined;
    this.at = end + 1;
    return this.takenText(start, end);
  }

  /** What was moved over, as a text. Throws a `PageError` where it is no UTF-8. */
  takenText(start: number, end: number): string {
    const text = this.page.toString('utf8', start, end);
    // Decoding puts U+FFFD in the place of what is no UTF-8, which is three bytes long.
    if (text.includes('�') && !Buffer.from(text).equals(this.page.subarray(start, end))) {
      throw this.error('text that is not UTF-8', start);
    }
    return text;
  }
}

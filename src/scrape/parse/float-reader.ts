import {parseFloat64} from './float.ts';

const zero = 0x30;
const nine = 0x39;
const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;

/** A blank or a line feed. */
const isEnd = (byte: number): boolean => byte === 0x0a || byte === 0x20 || byte === 0x09;

/** All of them are float64s without rounding. */
const powersOfTen = Float64Array.from({length: 23}, (_, power) => Number(`1e${power}`));
/** Any whole number below it is exact; the one above it is rounded to it. */
const firstInexact = 2 ** 53;

/** Reads numbers from a page. It is one object for all of them, for a page has hundreds of thousands. */
export class FloatReader {
  /** Behind the number that was read last. */
  end = 0;

  /** What `parseFloat64` gives of the text from `at` up to the next blank, line feed, or the page's end. */
  read(page: Buffer, at: number): number | undefined {
    const {length} = page;
    let index = at;
    const isNegative = page[index] === 0x2d;
    if (isNegative) index += 1;
    let mantissa = 0;
    let exponent = 0;
    const first = index;
    let byte = index < length ? (page[index] ?? 0) : 0;
    while (isDigit(byte)) {
      mantissa = mantissa * 10 + (byte - zero);
      index += 1;
      byte = index < length ? (page[index] ?? 0) : 0;
    }
    if (byte === 0x2e && index > first) {
      const point = index;
      index += 1;
      byte = index < length ? (page[index] ?? 0) : 0;
      while (isDigit(byte)) {
        mantissa = mantissa * 10 + (byte - zero);
        index += 1;
        byte = index < length ? (page[index] ?? 0) : 0;
      }
      exponent = point + 1 - index;
    }
    if (byte === 0x65) {
      const sign = page[index + 1];
      if (sign !== 0x2b && sign !== 0x2d) return this.#readText(page, at);
      index += 2;
      const firstOfPower = index;
      let power = 0;
      byte = index < length ? (page[index] ?? 0) : 0;
      while (isDigit(byte)) {
        power = power * 10 + (byte - zero);
        index += 1;
        byte = index < length ? (page[index] ?? 0) : 0;
      }
      if (index === firstOfPower) return this.#readText(page, at);
      exponent += sign === 0x2d ? -power : power;
    }
    // Beyond these bounds, one multiplication or division would not round as reading the text does.
    const isExact = mantissa < firstInexact && exponent >= -22 && exponent <= 22;
    if (index === first || !isExact || !isEnd(byte)) return this.#readText(page, at);
    this.end = index;
    const value =
      exponent < 0 ? mantissa / (powersOfTen[-exponent] ?? 1) : mantissa * (powersOfTen[exponent] ?? 1);
    return isNegative ? -value : value;
  }

  #readText(page: Buffer, at: number): number | undefined {
    let end = at;
    while (end < page.length && !isEnd(page[end] ?? 0)) end += 1;
    this.end = end;
    return parseFloat64(page.toString('latin1', at, end));
  }
}

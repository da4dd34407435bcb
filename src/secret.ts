import {readFileSync} from 'node:fs';
import {inspect} from 'node:util';

/** A value that prints as `<secret>` wherever it ends up by accident. Read it with `reveal()` at the place of use. */
export class Secret {
  readonly #read: () => string;

  private constructor(read: () => string) {
    this.#read = read;
  }

  static of(value: string): Secret {
    return new Secret(() => value);
  }

  /** A secret kept in a file, read at each use so that a rotated one is picked up, without white space around it. */
  static fromFile(path: string): Secret {
    return new Secret(() => readFileSync(path, 'utf8').trim());
  }

  /** Several secrets as one, such as the values of one header. */
  static join(parts: readonly Secret[], separator: string): Secret {
    return new Secret(() => parts.map((part) => part.reveal()).join(separator));
  }

  /** The value itself. Throws the file system's error when its file can't be read. */
  reveal(): string {
    return this.#read();
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return '<secret>';
  }

  [inspect.custom](): string {
    return '<secret>';
  }
}

export interface FramingEvents {
  /** Bytes for node:http, valid only during the call. */
  readonly onRest: (bytes: Buffer) => void;
  /**
   * The head of a POST whose body is left out: node:http is to see it with a Content-Length of 0. Gives whether that
   * was possible; if not, node:http gets everything from the head on as it came.
   */
  readonly onHead: (head: Buffer) => boolean;
  /** The body that belongs to the head before has arrived to its end. */
  readonly onBodyEnd: () => void;
}

type State = 'head' | 'body' | 'rest';

/** Longer heads are node:http's to refuse. */
const headLimit = 16 * 1024;
/** Larger bodies are node:http's to take, or to refuse. */
const bodyLimit = 1024 ** 3;

/** Every header that says how long a body is, or what else follows a head. */
const framingHeaders = /^(?:content-length|transfer-encoding|expect|upgrade)[ \t]*:.*$/gim;
const contentLength = /^content-length:[ \t]*(\d{1,10})[ \t]*$/i;

/** The head of a POST without its body, and that body's size; `undefined` for what has no body of a plain length. */
const splitPost = (head: string): {readonly head: string; readonly bodyBytes: number} | undefined => {
  const [header, ...others] = head.match(framingHeaders) ?? [];
  const [, digits] = contentLength.exec(header ?? '') ?? [];
  if (header === undefined || digits === undefined || others.length > 0) return undefined;
  const bodyBytes = Number.parseInt(digits, 10);
  if (!/^POST [^ \r\n]+ HTTP\/1\.1\r\n/.test(head) || bodyBytes > bodyLimit) return undefined;
  return {head: head.replace(header, 'Content-Length: 0'), bodyBytes};
};

/**
 * Divides the bytes of one connection into heads and bodies (RFC 9112), so far as these are a POST's with a
 * Content-Length. From the first request on that has another kind of body, all is passed on as it comes.
 */
export class RequestFraming {
  readonly #events: FramingEvents;
  #state: State = 'head';
  /** The beginning of a head whose end has not arrived, as Latin-1. */
  #held = '';
  #bodyBytesLeft = 0;

  constructor(events: FramingEvents) {
    this.#events = events;
  }

  /** Takes so many next bytes unseen, if all of them are of a body that is left out and goes on after them. */
  skip(bytes: number): boolean {
    if (this.#state !== 'body' || bytes >= this.#bodyBytesLeft) return false;
    this.#bodyBytesLeft -= bytes;
    return true;
  }

  /** Takes the next bytes, which may be overwritten afterwards. */
  read(bytes: Buffer): void {
    let offset = 0;
    while (offset < bytes.length) {
      if (this.#state === 'head') {
        offset = this.#readHead(bytes, offset);
      } else if (this.#state === 'body') {
        const taken = Math.min(this.#bodyBytesLeft, bytes.length - offset);
        offset += taken;
        this.#bodyBytesLeft -= taken;
        if (this.#bodyBytesLeft === 0) this.#endBody();
      } else {
        this.#events.onRest(bytes.subarray(offset));
        return;
      }
    }
  }

  #readHead(bytes: Buffer, offset: number): number {
    const text = this.#held + bytes.toString('latin1', offset, offset + headLimit);
    const end = text.indexOf('\r\n\r\n');
    if (end === -1 && text.length < headLimit) {
      this.#held = text;
      return bytes.length;
    }
    const taken = end === -1 ? text.length : end + 4;
    const next = offset + taken - this.#held.length;
    this.#held = '';
    this.#takeHead(text.slice(0, taken), end !== -1);
    return next;
  }

  #takeHead(head: string, complete: boolean): void {
    const post = complete ? splitPost(head) : undefined;
    if (post !== undefined && post.bodyBytes > 0 && this.#events.onHead(Buffer.from(post.head, 'latin1'))) {
      this.#bodyBytesLeft = post.bodyBytes;
      this.#state = 'body';
      return;
    }
    if (!complete || head.search(framingHeaders) !== -1) this.#state = 'rest';
    this.#events.onRest(Buffer.from(head, 'latin1'));
  }

  #endBody(): void {
    this.#state = 'head';
    this.#events.onBodyEnd();
  }
}

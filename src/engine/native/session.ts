import {EngineError, type JobNetwork} from '../engine.ts';
import {
  type Answer,
  type Connection,
  type ConnectionOptions,
  openConnection,
  type Request,
} from './connection.ts';
import {silenceFailure} from './failure.ts';

/** What every request of a test has in common. */
export interface ClientSettings extends JobNetwork {
  readonly userAgent: string;
  /** PEM certificates of the authorities to trust instead of the usual ones. */
  readonly ca?: string;
}

export interface SessionOptions extends ClientSettings, ConnectionOptions {
  /** How long one exchange may take, the opening of a connection included; no bound when absent. */
  readonly timeoutMs?: number;
}

/** GET requests to one server, one after the other, over one connection that is kept alive. */
export interface Session {
  /** Resolves with the answer, whatever its status; `onBody` sees each piece of its body during the call. */
  get(url: URL, onBody?: (bytes: Buffer) => void): Promise<Answer>;
  close(): void;
}

/** The head of a request (RFC 9112). `bodyBytes` is the length of the body that follows, if one does. */
export const requestHead = (
  method: 'GET' | 'POST',
  url: URL,
  userAgent: string,
  bodyBytes?: number,
): Buffer =>
  Buffer.from(
    [
      `${method} ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      `User-Agent: ${userAgent}`,
      'Accept: */*',
      'Accept-Encoding: identity',
      ...(bodyBytes === undefined
        ? []
        : ['Content-Type: application/octet-stream', `Content-Length: ${bodyBytes}`]),
      '\r\n',
    ].join('\r\n'),
    'latin1',
  );

/**
 * A session with the server of `url`. Its connection is opened at the first request, and again when the server has
 * ended it between two answers. After a failure or the abort of `signal`, every request rejects.
 */
export const createSession = (url: URL, options: SessionOptions, signal: AbortSignal): Session => {
  const {what, userAgent, timeoutMs} = options;
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let connection: Connection | undefined;

  const exchange = async (request: Request): Promise<Answer> => {
    for (;;) {
      connection ??= await openConnection(url, options, ended);
      const answer = await connection.exchange(request);
      if (answer !== 'ended') return answer;
      connection = undefined;
    }
  };

  return {
    get: async (target, onBody) => {
      const request = {head: requestHead('GET', target, userAgent), ...(onBody && {onBody})};
      if (timeoutMs === undefined) return await exchange(request);
      const timer = setTimeout(() => stop.abort(silenceFailure(what, 'no answer', timeoutMs)), timeoutMs);
      try {
        return await exchange(request);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => stop.abort(),
  };
};

const textLimit = 64 * 1024;

/** The answer to a GET and its body as text, which is cut at 64 KiB. */
export const getText = async (session: Session, url: URL): Promise<Answer & {readonly text: string}> => {
  const pieces: Buffer[] = [];
  let length = 0;
  const answer = await session.get(url, (bytes) => {
    if (length < textLimit) pieces.push(Buffer.from(bytes));
    length += bytes.length;
  });
  return {...answer, text: Buffer.concat(pieces).toString('utf8', 0, textLimit)};
};

/**
 * The text that a GET is answered with; `undefined` when the answer is not 200, or is none. Rejects only when `signal`
 * aborts: for what a test is not given up for.
 */
export const askText = async (
  url: URL,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const session = createSession(url, options, signal);
  try {
    const {head, text} = await getText(session, url);
    return head.status === 200 ? text : undefined;
  } catch (error) {
    if (error instanceof EngineError && !signal.aborted) return undefined;
    throw error;
  } finally {
    session.close();
  }
};

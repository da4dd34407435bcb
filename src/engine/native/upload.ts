import {randomBytes} from 'node:crypto';
import {type Connection, openConnection} from './connection.ts';
import {statusFailure} from './failure.ts';
import {requestHead} from './session.ts';
import type {RecordBytes, Stream, StreamSettings} from './stream.ts';

/** Small enough that 64 kbit/s answer for several at once before the server seems to hang. */
const leastBodyBytes = 8 * 1024;
/** What common limits of servers and proxies still let through. */
const mostBodyBytes = 4 * 1024 * 1024;
/** How much time one request's body shall take: the grain in which the server's taking of bytes is seen. */
const bodyMs = {most: 300, least: 50} as const;
/** A body of this size makes light of its head, and need not take longer than the least time. */
const ampleBodyBytes = 128 * 1024;

/**
 * The size of the next body for a stream of which so many bytes were acknowledged in so much time. `ahead` tells that
 * bodies follow each other without a pause.
 */
export const nextBodyBytes = (acknowledgedBytes: number, elapsedMs: number, ahead: boolean): number => {
  const bytesPerMs = acknowledgedBytes / Math.max(elapsedMs, 1);
  const coarse = bytesPerMs * bodyMs.most;
  const wanted = ahead ? Math.min(coarse, Math.max(bytesPerMs * bodyMs.least, ampleBodyBytes)) : coarse;
  return Math.min(Math.max(Math.round(wanted), leastBodyBytes), mostBodyBytes);
};

/** What is sent over and over: it stays in a processor's cache, and repeats too late for a line that compresses. */
const sourceBytes = 256 * 1024;

/** How far one stream has come, over all of its connections. */
interface Headway {
  readonly startedAtMs: number;
  acknowledgedBytes: number;
  lastAnswerAtMs: number;
  /** Whether requests are sent before the answers to earlier ones. */
  ahead: boolean;
}

/**
 * POSTs over one connection; resolves when the server has ended it between two answers.
 * The first answer is waited for. After it, each body follows the one before as soon as that is with the kernel, so
 * that no round trip leaves the line idle (RFC 9112, section 9.3.2, allows it to a client that can recover: whatever
 * is not answered does not count). A server that ends a connection on such requests gets none ahead any more.
 */
const postUntilEnded = (
  connection: Connection,
  from: Buffer,
  headway: Headway,
  {url, what, userAgent}: StreamSettings,
  record: RecordBytes,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const post = async (ahead: boolean): Promise<void> => {
      const beganAtMs = performance.now();
      const knownMs = headway.lastAnswerAtMs - headway.startedAtMs;
      const bytes = nextBodyBytes(headway.acknowledgedBytes, knownMs, headway.ahead);
      const next = (): void => void post(headway.ahead).catch(reject);
      // Not written whole, a body may be answered nevertheless: only one more request then tells how the connection ended.
      const onWritten = (whole: boolean): void => (whole ? next() : void post(false).catch(reject));
      const answer = await connection.exchange({
        head: requestHead('POST', url, userAgent, bytes),
        body: {from, bytes},
        ...(ahead && {onWritten}),
      });
      if (answer === 'ended') {
        if (ahead) headway.ahead = false;
        resolve();
        return;
      }
      if (answer.head.status !== 200) throw statusFailure(what, answer.head);
      const nowMs = performance.now();
      record(bytes, Math.max(beganAtMs, headway.lastAnswerAtMs), nowMs);
      headway.acknowledgedBytes += bytes;
      headway.lastAnswerAtMs = nowMs;
      if (!ahead) next();
    };
    post(false).catch(reject);
  });

/**
 * A stream of POSTs of incompressible data. A body counts when its answer says that the server has taken all of it,
 * as having arrived evenly since the answer before, or since its own beginning where that was later.
 */
export const createUploadStream = (): Stream => {
  const from = randomBytes(sourceBytes);
  return async (settings, record, signal) => {
    const startedAtMs = performance.now();
    const headway = {startedAtMs, acknowledgedBytes: 0, lastAnswerAtMs: startedAtMs, ahead: true};
    for (;;) {
      const connection = await openConnection(settings.url, settings, signal);
      try {
        await postUntilEnded(connection, from, headway, settings, record);
      } finally {
        connection.close();
      }
    }
  };
};

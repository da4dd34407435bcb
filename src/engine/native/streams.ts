import {EngineError} from '../engine.ts';
import type {RecordBytes} from './stream.ts';

/** The streams of one transfer. */
export interface Streams {
  /** How many there are, those aside that have failed. */
  readonly count: number;
  /** Whether one of them has failed, so that more of them would be too many. */
  readonly refused: boolean;
  /** Rejects when what is left of them is no transfer any more. */
  readonly failure: Promise<never>;
  add(count: number): void;
  /** Up to when everything is known that any of them has moved; `undefined` before the first byte. */
  knownUntilMs(): number | undefined;
  /** Resolves when all of them have ended. */
  ended(): Promise<void>;
}

/**
 * A set of streams, each opened by `open`, whose bytes go to `record`. Servers limit connections and requests: a stream
 * that fails before its first byte, or is rate limited, is done without as long as another is left. One that fails
 * later fails the transfer, and so does the last one's failure; the transfer's is then that of the first one to fail.
 */
export const createStreams = (
  open: (record: RecordBytes) => Promise<never>,
  record: RecordBytes,
): Streams => {
  const knownMs = new Map<Promise<void>, number | undefined>();
  const all: Promise<void>[] = [];
  let firstFailure: {readonly error: unknown} | undefined;
  let fail = (_: unknown): void => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined); // a transfer may be over before anyone listens

  const start = (): void => {
    let movedUntilMs: number | undefined;
    const stream = open((bytes, fromMs, toMs) => {
      movedUntilMs = toMs;
      knownMs.set(stream, toMs);
      record(bytes, fromMs, toMs);
    }).catch((error: unknown) => {
      knownMs.delete(stream);
      firstFailure ??= {error};
      const isRefused =
        error instanceof EngineError && (movedUntilMs === undefined || error.failureClass === 'rate-limited');
      if (!isRefused) fail(error);
      else if (knownMs.size === 0) fail(firstFailure.error);
    });
    knownMs.set(stream, undefined);
    all.push(stream);
  };

  return {
    get count() {
      return knownMs.size;
    },
    get refused() {
      return firstFailure !== undefined;
    },
    failure,
    add: (count) => {
      for (let added = 0; added < count; added += 1) start();
    },
    knownUntilMs: () => {
      const known = [...knownMs.values()].filter((each) => each !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
    ended: async () => {
      await Promise.all(all);
    },
  };
};

import {EngineError} from '../engine.ts';
import {statusFailure} from './failure.ts';
import {createSession} from './session.ts';
import type {Stream} from './stream.ts';

/**
 * A stream that GETs the URL again and again over one connection; bytes count when they have been read. While the
 * server refuses the URL with 403, the next of `smaller` takes its place.
 */
export const createDownloadStream =
  (smaller: readonly URL[] = []): Stream =>
  async (settings, record, signal) => {
    const {what} = settings;
    let {url} = settings;
    const others = [...smaller];
    const session = createSession(url, settings, signal);
    try {
      for (;;) {
        const {head} = await session.get(url, (bytes) => {
          const nowMs = performance.now();
          record(bytes.length, nowMs, nowMs);
        });
        const next = head.status === 403 ? others.shift() : undefined;
        if (next !== undefined) {
          url = next;
          continue;
        }
        if (head.status !== 200) throw statusFailure(what, head);
        if (head.headers.get('content-type')?.startsWith('text/')) {
          throw new EngineError('bad-output', `${what}: answered with a page in place of data`);
        }
      }
    } finally {
      session.close();
    }
  };

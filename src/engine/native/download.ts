import {EngineError} from '../engine.ts';
import {statusFailure} from './failure.ts';
import {createSession} from './session.ts';
import type {Stream} from './stream.ts';

/** GETs the URL again and again over one connection; bytes count when they have been read. */
export const downloadStream: Stream = async (settings, record, signal) => {
  const {url, what} = settings;
  const session = createSession(url, settings, signal);
  try {
    for (;;) {
      const {head} = await session.get(url, (bytes) => {
        const nowMs = performance.now();
        record(bytes.length, nowMs, nowMs);
      });
      if (head.status !== 200) throw statusFailure(what, head);
      if (head.headers.get('content-type')?.startsWith('text/')) {
        throw new EngineError('bad-output', `${what}: answered with a page in place of data`);
      }
    }
  } finally {
    session.close();
  }
};

import type {ServerResponse} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {createTurns} from '../turns.ts';
import type {Route} from './route.ts';

/** The metrics of this process. */
export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

/** How long no text is made after one: making them takes a tenth of the time, more only where one takes 111 ms or longer. */
const restMsAfter = (tookMs: number): number => Math.min(9 * tookMs, 1000);

const restFor = (ms: number): Promise<void> => sleep(ms, undefined, {ref: false});

const gone = (response: ServerResponse): Promise<undefined> =>
  new Promise((resolve) => {
    response.once('close', () => resolve(undefined));
  });

/**
 * Texts are made one after the other, with a rest after each, and all who ask meanwhile share the next one: it is as of
 * after they asked, and thousands who ask at once keep nobody from scraping results.
 * @param rest resolves after so many milliseconds.
 */
export const ownMetricsRoute = (path: string, source: MetricsSource, rest = restFor): Route => {
  let rested = Promise.resolve();
  let next: Promise<string> | undefined;
  const turn = createTurns();
  const make = (): Promise<string> => {
    next = undefined;
    const startMs = performance.now();
    const text = source.render();
    const pause = (): Promise<void> => rest(restMsAfter(performance.now() - startMs));
    rested = text.then(pause, pause);
    return text;
  };
  return {
    path,
    zone: 'metrics',
    about: 'the metrics of this process',
    answer: async (reply) => {
      next ??= rested.then(make);
      // Who waits keeps all that was read of the connection, up to 2,000 requests: not for one that is gone.
      const text = await Promise.race([next, gone(reply.raw)]);
      if (text === undefined) return '';
      await turn();
      void reply.header('content-type', source.contentType);
      return text;
    },
  };
};

import type {Route} from './route.ts';

/** The metrics of this process. */
export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Requests that come in the same turn of the event loop share one text, so that many at once cost no more than one. */
export const ownMetricsRoute = (path: string, source: MetricsSource): Route => {
  let shared: Promise<string> | undefined;
  const forgetSoon = (): void => {
    setImmediate(() => {
      shared = undefined;
    });
  };
  const render = (): Promise<string> => {
    if (shared === undefined) {
      shared = source.render();
      shared.then(forgetSoon, forgetSoon);
    }
    return shared;
  };
  return {
    path,
    zone: 'metrics',
    about: 'the metrics of this process',
    answer: (reply) => {
      void reply.header('content-type', source.contentType);
      return render();
    },
  };
};

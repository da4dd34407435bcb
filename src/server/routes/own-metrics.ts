import type {Route} from './route.ts';

/** The metrics of this process, rendered anew for each scrape. */
export interface MetricsSource {
  readonly contentType: string;
  render(): Promise<string>;
}

export const ownMetricsRoute = (path: string, source: MetricsSource): Route => ({
  path,
  zone: 'metrics',
  about: 'the metrics of this process',
  answer: (reply) => {
    void reply.header('content-type', source.contentType);
    return source.render();
  },
});

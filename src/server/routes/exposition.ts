import {acceptsGzip, chooseFormat, hasAlready} from '../accept.ts';
import type {Document} from '../document.ts';
import type {Route} from './route.ts';

/** The endpoint that Prometheus scrapes. `document` gives what was made when the newest result came. */
export const expositionRoute = (path: string, document: () => Document): Route => ({
  path,
  zone: 'metrics',
  about: 'the newest result of each job, for Prometheus to scrape',
  answer: (reply, {headers}) => {
    const format = chooseFormat(headers.accept);
    const {contentType, contentEncoding, body, etag} = document()(
      format,
      acceptsGzip(headers['accept-encoding']),
    );
    void reply.headers({'content-type': contentType, etag, vary: 'Accept, Accept-Encoding'});
    if (contentEncoding !== undefined) void reply.header('content-encoding', contentEncoding);
    if (!hasAlready(headers['if-none-match'], etag)) return body;
    void reply.code(304);
    return undefined;
  },
});

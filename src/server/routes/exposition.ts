import {acceptsGzip, chooseFormat, hasAlready} from '../accept.ts';
import type {Document} from '../document.ts';
import {remember} from '../remember.ts';
import type {Route} from './route.ts';

/** The endpoint that Prometheus scrapes. `document` gives what was made when the newest result came. */
export const expositionRoute = (path: string, document: () => Document): Route => {
  // A scraper says the same each time, and to read it takes longer than to find what it is sent.
  const formatFor = remember(chooseFormat);
  const gzipFor = remember(acceptsGzip);
  return {
    path,
    zone: 'metrics',
    about: 'the newest result of each job, for Prometheus to scrape',
    answer: (reply, {headers}) => {
      const representation = document()(formatFor(headers.accept), gzipFor(headers['accept-encoding']));
      const {headers: complete, validators, latin1, etag} = representation;
      // Past Fastify, which would send headers and body one by one.
      reply.hijack();
      const others = Object.entries(reply.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
      if (hasAlready(headers['if-none-match'], etag))
        reply.raw.writeHead(304, [...others, ...validators]).end();
      else reply.raw.writeHead(200, [...others, ...complete]).end(latin1, 'latin1');
      return undefined;
    },
  };
};

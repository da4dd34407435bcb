import {Readable} from 'node:stream';
import {type Endpoint, endpoint, refusal, sendJson, setHeaders} from './endpoint.ts';
import type {ProgressHub} from './progress-hub.ts';
import type {ProgressEvent} from './shapes.ts';
import {streamOn} from './stream.ts';

const heartbeatMs = 15_000;
/** A client that is behind by more than this is cut off; it may come back and is told where things stand. */
const mostBehindBytes = 65_536;

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
const encode = (event: ProgressEvent): string => `event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;

/** The events as a stream; undefined where there are too many watchers. */
const eventsOf = (hub: ProgressHub): Readable | undefined => {
  const stream = new Readable({highWaterMark: mostBehindBytes, read: () => {}});
  const send = (text: string): void => {
    if (!stream.push(text)) stream.destroy();
  };
  const unwatch = hub.watch({event: (event) => send(encode(event)), end: () => stream.push(null)});
  if (unwatch === undefined) return undefined;
  const heartbeat = setInterval(() => send(': still here\n\n'), heartbeatMs);
  stream.once('close', () => {
    clearInterval(heartbeat);
    unwatch();
  });
  return stream;
};

/** How tests go while they run. */
export const progressEndpoint = (hub: ProgressHub): Endpoint =>
  endpoint(
    '/api/v1/progress',
    {
      method: 'get',
      summary: 'how tests go while they run, as server-sent events',
      answers: {
        200: {
          mediaTypes: ['text/event-stream'],
          about: 'events until the connection is closed; the data of each is a ProgressEvent',
        },
        503: {schema: 'Problem', about: 'too many watch already'},
      },
    },
    (reply) => {
      const stream = eventsOf(hub);
      if (stream === undefined) return sendJson(reply, refusal(503, 'too many watch already'));
      setHeaders(reply, 'text/event-stream; charset=utf-8');
      // nginx would hold the events back.
      void reply.header('x-accel-buffering', 'no');
      return streamOn(reply, stream, 0);
    },
    ['GET'],
  );

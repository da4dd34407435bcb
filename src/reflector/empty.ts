import type {IncomingMessage, ServerResponse} from 'node:http';
import {heldForMs, onceBodyTaken} from './in-place.ts';

/** Lets a client tell the line's time from the server's (W3C Server Timing), where the server knows its own. */
const serverTiming = (heldMs: number | undefined): Readonly<Record<string, string>> =>
  heldMs === undefined ? {} : {'Server-Timing': `app;dur=${heldMs.toFixed(3)}`};

/** Answers an upload, or a ping, with nothing. The answer says that the whole body has arrived, so it waits for its end. */
export const takeBody = (request: IncomingMessage, response: ServerResponse): void =>
  onceBodyTaken(request, () => {
    const timing = request.method === 'GET' ? serverTiming(heldForMs(request)) : {};
    response.writeHead(200, {'Content-Length': 0, ...timing}).end();
  });

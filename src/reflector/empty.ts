import type {IncomingMessage, ServerResponse} from 'node:http';
import {onceBodyTaken} from './in-place.ts';

/** Answers an upload, or a ping, with nothing. The answer says that the whole body has arrived, so it waits for its end. */
export const takeBody = (request: IncomingMessage, response: ServerResponse): void =>
  onceBodyTaken(request, () => response.writeHead(200, {'Content-Length': 0}).end());

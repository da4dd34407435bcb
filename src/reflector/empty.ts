import type {IncomingMessage, ServerResponse} from 'node:http';

/** Answers an upload, or a ping, with nothing. The answer says that the whole body has arrived, so it waits for its end. */
export const takeBody = (request: IncomingMessage, response: ServerResponse): void => {
  request.once('end', () => response.writeHead(200, {'Content-Length': 0}).end());
  request.resume();
};

import type {IncomingMessage, ServerResponse} from 'node:http';
import {chunkBytes, parseChunks} from './protocol.ts';

/** Answers a download with as many of `chunk`, which has `chunkBytes` bytes, as its `ckSize` asks for. */
export const sendGarbage = (
  chunk: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void => {
  let left = parseChunks(query.get('ckSize'));
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': 'attachment; filename=random.dat',
    'Content-Length': left * chunkBytes,
  });
  const send = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(chunk)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  if (request.method === 'HEAD') response.end();
  else send();
};

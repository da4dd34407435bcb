import type {IncomingMessage, ServerResponse} from 'node:http';
import {chunkBytes, parseChunks} from './protocol.ts';
import {sendPieces} from './send-pieces.ts';

/** What `piece` has in bytes: it divides a chunk, stays in a processor's cache, and repeats too late for a link that compresses. */
export const pieceBytes = 256 * 1024;

/** Answers a download with as many chunks as its `ckSize` asks for, made of `piece`, over and over. */
export const sendGarbage = (
  piece: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): void => {
  const bytes = parseChunks(query.get('ckSize')) * chunkBytes;
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': 'attachment; filename=random.dat',
    'Content-Length': bytes,
  });
  if (request.method === 'HEAD') response.end();
  else sendPieces(response, piece, bytes / piece.length);
};

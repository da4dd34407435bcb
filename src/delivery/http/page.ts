import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';
import type {Dispatcher} from 'undici';

const gunzipAll = promisify(gunzip);
// By default it goes on in pieces of 16 KiB, each a turn of its own.
const gunzipPieceBytes = 1024 * 1024;

const tooLong = (maxBytes: number): Error => new Error(`the body has more than ${maxBytes} bytes`);

/**
 * Reads a body as a whole, decompressed where it is gzip.
 * Throws where it breaks off, is compressed in another way, or has more bytes than `maxBytes`, compressed or not.
 */
export const readPage = async (
  {headers, body}: Pick<Dispatcher.ResponseData, 'headers' | 'body'>,
  maxBytes: number,
): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong(maxBytes);
  }
  const page = Buffer.concat(chunks, bytes);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return page;
  if (encoding !== 'gzip') throw new Error(`the body is compressed by ${String(encoding)}, not gzip`);
  const limit = Number.isFinite(maxBytes) ? {maxOutputLength: maxBytes} : {};
  return gunzipAll(page, {chunkSize: gunzipPieceBytes, ...limit}).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw code === 'ERR_BUFFER_TOO_LARGE' ? tooLong(maxBytes) : error;
  });
};

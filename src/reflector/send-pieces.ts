import type {ServerResponse} from 'node:http';

/** How many pieces are handed to the kernel in one call. */
const piecesAtOnce = 16;

/** Ends an answer with a body of so many times the same piece, as fast as the client takes it. */
export const sendPieces = (response: ServerResponse, piece: Buffer, count: number): void => {
  let left = count;
  const send = (): void => {
    for (let ready = true; ready && left > 0; ) {
      response.cork();
      for (let batch = Math.min(left, piecesAtOnce); batch > 0; batch -= 1) ready = response.write(piece);
      response.uncork();
      left -= Math.min(left, piecesAtOnce);
    }
    if (left > 0) response.once('drain', send);
    else response.end();
  };
  send();
};

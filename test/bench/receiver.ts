/**
 * A remote-write receiver as a process of its own that counts what it is sent.
 * Arguments: its port and what it does before it answers: `read` the request to its end; `decode` it, as every receiver
 * that stores samples must; or `forward` it to the URL that follows, and answer as that server does.
 */
import {once} from 'node:events';
import {Agent, createServer, type IncomingMessage, request} from 'node:http';
import {uncompress} from 'snappyjs';
import type {Received} from './messages.ts';

const [port = '', mode = '', target = ''] = process.argv.slice(2);

/** The samples in a remote-write 1.0 request: the fields 2 of its fields 1. */
const countSamples = (message: Uint8Array): number => {
  let at = 0;
  let samples = 0;
  /** Moves behind the length at `at`. Gives where what it measures ends. */
  const endOfField = (): number => {
    let length = 0;
    let shift = 0;
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      byte = message[at] ?? 0;
      length |= (byte & 0x7f) << shift;
      at += 1;
    }
    return at + length;
  };
  while (at < message.length) {
    at += 1;
    const end = endOfField();
    while (at < end) {
      if (message[at] === 0x12) samples += 1;
      at += 1;
      at = endOfField();
    }
  }
  return samples;
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return Buffer.concat(pieces);
};

const agent = new Agent({keepAlive: true});
const forward = async (incoming: IncomingMessage, body: Buffer): Promise<number> => {
  const outgoing = request(target, {method: 'POST', headers: incoming.headers, agent}).end(body);
  const [answer]: IncomingMessage[] = await once(outgoing, 'response');
  if (answer === undefined) throw new Error('no answer');
  await bodyOf(answer);
  return answer.statusCode ?? 0;
};

let waiting: Buffer[] = [];
let counted = {requests: 0, bytes: 0, samples: 0};
let firstMs: number | undefined;
let lastMs = 0;

const answer = async (incoming: IncomingMessage): Promise<number> => {
  firstMs ??= performance.now();
  const body = await bodyOf(incoming);
  counted.requests += 1;
  counted.bytes += body.length;
  if (mode === 'decode') counted.samples += countSamples(uncompress(body));
  else waiting.push(body);
  return mode === 'forward' ? forward(incoming, body) : 204;
};

/** What it has received since it was last taken. What was not decoded before is decoded now. */
const take = (): Received => {
  for (const body of waiting) counted.samples += countSamples(uncompress(body));
  const received = {...counted, durationMs: lastMs - (firstMs ?? lastMs)};
  waiting = [];
  counted = {requests: 0, bytes: 0, samples: 0};
  firstMs = undefined;
  return received;
};

const server = createServer((incoming, response) => {
  answer(incoming).then(
    (status) => {
      response.writeHead(status).end();
      lastMs = performance.now();
    },
    (error) => {
      process.stderr.write(`receiver: ${error}\n`);
      response.destroy();
    },
  );
});
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.on('message', (message) => process.send?.(message === 'progress' ? counted.requests : take()));
process.once('disconnect', () => process.exit());

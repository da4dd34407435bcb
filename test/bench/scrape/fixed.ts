/** Answers whatever it reads with the same bytes: the most that the load generator can be given. Argument: port. */
import {createServer} from 'node:net';
import {encodeText} from '../../../src/exposition/text.ts';
import {newestSamples} from './result.ts';

const body = encodeText(newestSamples());
const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const server = createServer((socket) => {
  socket.setNoDelay().on('data', () => socket.write(answer));
  socket.on('error', () => socket.destroy());
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());

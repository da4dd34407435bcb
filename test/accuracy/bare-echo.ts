/**
 * A server of bare sockets, which sends back what it gets after so many milliseconds as that says. Arguments: the
 * address and port to listen on. Prints a line once it listens.
 */
import {createServer} from 'node:net';
import {onTime} from './on-time.ts';

const [host = '', port = ''] = process.argv.slice(2);
createServer({noDelay: true}, (socket) => {
  socket.on('data', (bytes) => {
    const dueMs = performance.now() + Number.parseFloat(bytes.toString());
    onTime(dueMs, () => socket.write(bytes));
  });
}).listen(Number.parseInt(port, 10), host, () => process.stdout.write('ready\n'));

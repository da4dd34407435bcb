/**
 * A long way to a server: passes on what comes over TCP from either side, each byte so much later, and in order.
 * Arguments: the address and port to listen on; the server's port at the same address; the delay in milliseconds, half
 * of which is added each way; and what of it passes anyway, because passing on takes time. Prints a line once it
 * listens.
 */
import {connect, createServer, type Socket} from 'node:net';
import {onTime} from './on-time.ts';

const [host = '', port = '', serverPort = '', delayMs = '', ownMs = ''] = process.argv.slice(2);
const heldMs = (Number.parseFloat(delayMs) - Number.parseFloat(ownMs)) / 2;

/** What one connection may have under way each way: more than 100 Mbit/s bring in 150 ms. */
const underWayBytes = 4 * 1024 * 1024;

/** What all connections have under way. It is due in the order of its coming, since all of it is held as long. */
const later: {readonly dueMs: number; readonly pass: () => void}[] = [];

const passDue = (): void => {
  for (let [first] = later; first !== undefined && first.dueMs <= performance.now(); [first] = later) {
    later.shift();
    first.pass();
  }
  const [next] = later;
  if (next === undefined) return;
  // A transfer can be a millisecond late, and needs the processor more than a relay that waits awake.
  if (later.length === 1) onTime(next.dueMs, passDue);
  else setTimeout(passDue, next.dueMs - performance.now());
};

const passLater = (pass: () => void): void => {
  const dueMs = performance.now() + heldMs;
  later.push({dueMs, pass});
  if (later.length === 1) onTime(dueMs, passDue);
};

const passOn = (from: Socket, to: Socket): void => {
  let bytesUnderWay = 0;
  from.on('data', (bytes) => {
    bytesUnderWay += bytes.length;
    if (bytesUnderWay > underWayBytes) from.pause();
    passLater(() =>
      to.write(bytes, () => {
        bytesUnderWay -= bytes.length;
        if (bytesUnderWay <= underWayBytes) from.resume();
      }),
    );
  });
  from.on('end', () => passLater(() => to.end()));
  from.on('error', () => to.destroy());
};

const listening = {allowHalfOpen: true, noDelay: true};
createServer(listening, (client) => {
  const server = connect({host, port: Number.parseInt(serverPort, 10), ...listening});
  passOn(client, server);
  passOn(server, client);
}).listen(Number.parseInt(port, 10), host, () => process.stdout.write('ready\n'));

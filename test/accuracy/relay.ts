/**
 * A long way to a server: passes on what comes over TCP from either side, each byte so much later, and in order.
 * Arguments: the address and port to listen on, the server's port at the same address, and the delay in milliseconds,
 * half of which is added each way. Prints a line once it listens.
 */
import {connect, createServer, type Socket} from 'node:net';

const [host = '', port = '', serverPort = '', delayMs = ''] = process.argv.slice(2);
const delayOneWayMs = Number.parseFloat(delayMs) / 2;

/** What one connection may have under way each way: more than 100 Mbit/s bring in 150 ms. */
const underWayBytes = 4 * 1024 * 1024;

/** The system's timers are up to a millisecond late, so that the last bit is waited for awake. */
const at = (dueMs: number, then: () => void): void => {
  const leftMs = dueMs - performance.now();
  if (leftMs <= 0) then();
  else if (leftMs > 1.5) setTimeout(at, leftMs - 1.5, dueMs, then);
  else setImmediate(at, dueMs, then);
};

const passOn = (from: Socket, to: Socket): void => {
  let bytesUnderWay = 0;
  const later: {readonly dueMs: number; readonly pass: () => void}[] = [];
  const passDue = (): void => {
    for (let [first] = later; first !== undefined && first.dueMs <= performance.now(); [first] = later) {
      later.shift();
      first.pass();
    }
    const [next] = later;
    if (next !== undefined) at(next.dueMs, passDue);
  };
  const passLater = (pass: () => void): void => {
    later.push({dueMs: performance.now() + delayOneWayMs, pass});
    if (later.length === 1) at(performance.now() + delayOneWayMs, passDue);
  };
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

/**
 * Round trips of bare sockets to a server that waits (`bare-echo.ts`), and in turn to the same over a relay, where the
 * server doesn't wait. Arguments: the address of both, the port of each, the delay of each in milliseconds, and how many
 * round trips. Prints their medians as JSON.
 */
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';

const [host = '', serverPort = '', relayPort = '', delayMs = '', count = ''] = process.argv.slice(2);

const open = async (port: string): Promise<Socket> => {
  const socket = connect({host, port: Number.parseInt(port, 10), noDelay: true});
  await once(socket, 'connect');
  return socket;
};

const roundTrip = async (socket: Socket, waitMs: string): Promise<number> => {
  const sentAtMs = performance.now();
  socket.write(waitMs);
  await once(socket, 'data');
  return performance.now() - sentAtMs;
};

const middle = (values: readonly number[]): number | undefined =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const server = await open(serverPort);
const relay = await open(relayPort);
/** The first are slower: the code is cold. */
const coldCount = 3;
const direct: number[] = [];
const relayed: number[] = [];
for (let made = 0; made < coldCount + Number.parseInt(count, 10); made += 1) {
  direct.push(await roundTrip(server, delayMs));
  relayed.push(await roundTrip(relay, '0'));
}
process.stdout.write(
  JSON.stringify({directMs: middle(direct.slice(coldCount)), relayedMs: middle(relayed.slice(coldCount))}),
);
server.destroy();
relay.destroy();

import {once} from 'node:events';
import {createServer, type Server} from 'node:net';

// Below Linux's range for outgoing connections: while a server is down, no client takes its port and none connects to
// itself on it, so the server can come back where it was.
const lowest = 10_240;
const highest = 32_767;

/** A TCP port of 127.0.0.1 on which nobody listens. It is not held: who binds it must be ready to try another. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (await isFree(port)) return port;
  }
}

/** Has a server listen on a free port of 127.0.0.1, or of another address of this machine. Gives the port. */
export async function listenOnFreePort(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Whether `port` of 127.0.0.1 can be bound at this moment. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const bound = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  if (!(await bound)) return false;
  server.close();
  await once(server, 'close');
  return true;
}

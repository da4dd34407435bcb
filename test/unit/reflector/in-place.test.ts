import type {IncomingMessage, ServerResponse} from 'node:http';
import {connect, type Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {InPlaceServer, onceBodyTaken} from '../../../src/reflector/in-place.ts';
import {listenOnFreePort} from '../../peers/port.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

const answerBodies: Respond = (request, response) => {
  onceBodyTaken(request, () => response.end(request.headers['content-length'] ?? 'none'));
};

const serve = async (respond: Respond = answerBodies): Promise<{server: InPlaceServer; port: number}> => {
  const server = new InPlaceServer({keepAliveTimeout: 0}, respond);
  const port = await listenOnFreePort(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {server, port};
};

const dial = (port: number): {socket: Socket; received: () => string} => {
  const socket = connect({port, host: '127.0.0.1'});
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (bytes) => {
    received += bytes.toString('latin1');
  });
  return {socket, received: () => received};
};

const bodies = (text: string): readonly string[] =>
  [...text.matchAll(/\r\n\r\n(?:4\r\n)?(none|\d+)/g)].map(([, body = '']) => body);

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n';

it('keeps bodies from node:http, and everything else in order', async () => {
  const {port} = await serve();
  const {socket, received} = dial(port);
  const chunked = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n';
  socket.write(`${post}body${get}${post}body${chunked}${post}body`);
  // The last one comes after chunks, and so goes the way of node:http.
  await expect.poll(() => bodies(received())).toEqual(['0', 'none', '0', 'none', '4']);
});

it('answers when the body has arrived, and not before', async () => {
  const {port} = await serve();
  const {socket, received} = dial(port);
  socket.write(`${post}bod`);
  const other = dial(port);
  other.socket.write(get);
  await expect.poll(other.received).toContain('none');
  expect(received()).toBe('');
  socket.write('y');
  await expect.poll(() => bodies(received())).toEqual(['0']);
});

it('lets a request be refused before its body, and goes on after it', async () => {
  const {port} = await serve((request, response) => {
    response.writeHead(request.method === 'POST' ? 403 : 200).end();
  });
  const {socket, received} = dial(port);
  socket.write(`${post}bo`);
  await expect.poll(received).toContain('403');
  socket.write(`dy${get}`);
  await expect.poll(received).toContain('200');
});

it('shows the connection as it is, and counts its bytes', async () => {
  let seen: {readonly address: string | undefined; readonly bytes: number} | undefined;
  const {port, server} = await serve((request, response) => {
    onceBodyTaken(request, () => {
      seen = {address: request.socket.remoteAddress, bytes: request.socket.bytesRead};
      response.end();
    });
  });
  const {socket} = dial(port);
  socket.write(`${post}body`);
  await expect.poll(() => seen).toEqual({address: '127.0.0.1', bytes: post.length + 4});
  expect(server.listenerCount('connection')).toBe(1);
});

it('counts its connections until they end', async () => {
  const {server, port} = await serve();
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.getConnections((error, connections) => (error ? reject(error) : resolve(connections))),
    );
  const {socket, received} = dial(port);
  socket.write(`${post}body`);
  await expect.poll(received).toContain('200');
  expect(await count()).toBe(1);
  socket.end();
  await expect.poll(count).toBe(0);
});

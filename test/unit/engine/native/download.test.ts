import {expect, it} from 'vitest';
import {createDownloadStream} from '../../../../src/engine/native/download.ts';
import {answering, ok, startRawServer} from './raw-server.ts';

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';

/** Runs one stream until it has recorded so many bytes, or fails. */
const download = async (url: URL, bytes: number, smaller: readonly URL[] = []): Promise<number> => {
  const stop = new AbortController();
  let received = 0;
  const settings = {url, what: 'download from server', userAgent: 'test/1'};
  const record = (length: number): void => {
    received += length;
    if (received >= bytes) stop.abort();
  };
  await createDownloadStream(smaller)(settings, record, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return received;
};

it.each([
  ['with a length', ok('abcde'), 1],
  ['in chunks', chunked, 1],
  ['from a server that closes each time', ok('abcde', 'Connection: close\r\n'), 4],
])('counts the bodies of one answer after the other, %s', async (_, answer, connections) => {
  const {url, sockets} = await startRawServer(answering(answer));
  expect(await download(url, 20)).toBe(20);
  expect(sockets).toHaveLength(connections);
});

it('fails with the status, or with a page in place of data', async () => {
  const busy = await startRawServer(answering('HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n'));
  await expect(download(busy.url, 1)).rejects.toMatchObject({failureClass: 'rate-limited'});
  const portal = await startRawServer(answering(ok('<html>', 'Content-Type: text/html\r\n')));
  await expect(download(portal.url, 100)).rejects.toMatchObject({
    failureClass: 'bad-output',
    message: 'download from server: answered with a page in place of data',
  });
});

it('asks for less while it is refused, and gives up when there is nothing less', async () => {
  const asked: string[] = [];
  const {url} = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      const [, path = ''] = bytes.toString('latin1').split(' ');
      asked.push(path);
      socket.write(path === '/1' ? ok('abcde') : 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const sizes = (...paths: string[]): URL[] => paths.map((path) => new URL(path, url));
  await download(new URL('/3', url), 15, sizes('/2', '/1', '/0'));
  expect(asked.slice(0, 5)).toEqual(['/3', '/2', '/1', '/1', '/1']);
  await expect(download(new URL('/3', url), 15, sizes('/2', '/0'))).rejects.toMatchObject({
    failureClass: 'refused',
    message: 'download from server: refused with status 403',
  });
});

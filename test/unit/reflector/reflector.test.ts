import {once} from 'node:events';
import {connect} from 'node:net';
import {gzipSync} from 'node:zlib';
import {describe, expect, it, onTestFinished} from 'vitest';
import {serverTimeMs} from '../../../src/engine/native/server-timing.ts';
import {startReflector} from '../../../src/reflector/reflector.ts';
import {start} from './running.ts';

const mebibyte = 1024 * 1024;

const places = ['', 'backend/'].flatMap((folder) => ['', '.php'].map((suffix) => [folder, suffix] as const));

it.each(places)('serves all of the protocol at %sNAME%s', async (folder, suffix) => {
  const {url} = await start();
  const garbage = await fetch(`${url}${folder}garbage${suffix}?ckSize=1`);
  expect(garbage.status).toBe(200);
  expect((await garbage.arrayBuffer()).byteLength).toBe(mebibyte);
  const empty = await fetch(`${url}${folder}empty${suffix}`);
  expect([empty.status, await empty.text()]).toEqual([200, '']);
  const getIp = await fetch(`${url}${folder}getIP${suffix}?isp=true`);
  expect(await getIp.json()).toEqual({processedString: '127.0.0.1 - localhost IPv4 access', rawIspInfo: ''});
});

describe('garbage', () => {
  it.each([
    ['', 4],
    ['?ckSize=2', 2],
    ['?ckSize=nonsense', 4],
    ['?ckSize=2&ckSize=3', 2],
  ])('with %j is %i MiB', async (query, chunks) => {
    const {url} = await start();
    const answer = await fetch(`${url}garbage${query}`);
    expect(answer.headers.get('content-length')).toBe(String(chunks * mebibyte));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect((await answer.arrayBuffer()).byteLength).toBe(chunks * mebibyte);
  });

  it('is bounded, and HEAD tells its size without it', async () => {
    const {url} = await start();
    const answer = await fetch(`${url}garbage?ckSize=99999999`, {method: 'HEAD'});
    expect(answer.headers.get('content-length')).toBe(String(1024 * mebibyte));
    expect(await answer.text()).toBe('');
  });

  it('does not compress', async () => {
    const {url} = await start();
    const bytes = Buffer.from(await (await fetch(`${url}garbage?ckSize=1`)).arrayBuffer());
    expect(gzipSync(bytes).length).toBeGreaterThan(0.99 * bytes.length);
  });

  it('waits for a client that does not read', async () => {
    const {url} = await start();
    const before = process.memoryUsage().external;
    const {port} = new URL(url);
    const socket = connect({port: Number.parseInt(port, 10), host: '127.0.0.1'});
    onTestFinished(() => void socket.destroy());
    socket.pause();
    socket.write('GET /garbage?ckSize=1024 HTTP/1.1\r\nHost: x\r\n\r\n');
    // Another transfer goes through meanwhile: the one that waits holds nobody up.
    expect((await (await fetch(`${url}garbage?ckSize=64`)).arrayBuffer()).byteLength).toBe(64 * mebibyte);
    expect(process.memoryUsage().external - before).toBeLessThan(512 * mebibyte);
  });
});

describe('empty', () => {
  it('tells a ping for how long it was at work', async () => {
    const {port} = await start();
    const url = `http://127.0.0.1:${port}/empty`;
    const sentAtMs = performance.now();
    const answer = await fetch(url);
    const roundTripMs = performance.now() - sentAtMs;
    const workedMs = serverTimeMs(answer.headers.get('server-timing') ?? '');
    expect(workedMs).toBeGreaterThan(0);
    expect(workedMs).toBeLessThan(roundTripMs);
    const upload = await fetch(url, {method: 'POST', body: 'body'});
    expect(upload.headers.has('server-timing')).toBe(false);
  });

  it('answers a body once it has all of it', async () => {
    const {port} = await start();
    const socket = connect({port, host: '127.0.0.1'});
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    socket.write('POST /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nhalf');
    // A request on another connection, answered in between, shows that the first was there to be answered.
    await fetch(`http://127.0.0.1:${port}/empty`);
    expect(received).toBe('');
    socket.write('..');
    await expect.poll(() => received).toMatch(/^HTTP\/1.1 200 OK\r\n.*Content-Length: 0\r\n.*\r\n\r\n$/s);
  });

  it('takes large bodies, with a length and in chunks', async () => {
    const {url} = await start();
    const body = Buffer.alloc(20 * mebibyte);
    const withLength = await fetch(`${url}empty.php`, {method: 'POST', body});
    expect([withLength.status, await withLength.text()]).toEqual([200, '']);
    const chunked = await fetch(`${url}empty`, {
      method: 'POST',
      body: new Blob([body]).stream(),
      duplex: 'half',
    });
    expect([chunked.status, await chunked.text()]).toEqual([200, '']);
  });

  it('keeps the connection, and answers several requests sent at once in order', async () => {
    const {port} = await start();
    const socket = connect({port, host: '127.0.0.1'});
    onTestFinished(() => void socket.destroy());
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    const post = 'POST /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody';
    socket.write(post + post + post);
    await expect.poll(() => [...received.matchAll(/200 OK/g)].length).toBe(3);
  });
});

describe('headers', () => {
  it('never let an answer be cached', async () => {
    const {url} = await start();
    for (const path of ['garbage?ckSize=1', 'empty', 'getIP', 'nowhere']) {
      const answer = await fetch(`${url}${path}`);
      expect(answer.headers.get('cache-control')).toContain('no-store');
      await answer.arrayBuffer();
    }
  });

  it('let a page of another origin in when it asks with cors', async () => {
    const {url} = await start();
    const asked = await fetch(`${url}empty?cors=true`);
    expect(asked.headers.get('access-control-allow-origin')).toBe('*');
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
    const preflight = await fetch(`${url}empty?cors=true`, {method: 'OPTIONS'});
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('Content-Encoding, Content-Type');
    expect((await fetch(`${url}empty`)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

it.each([
  ['GET', '', 404],
  ['GET', 'getip', 404],
  ['GET', 'empty/', 404],
  ['POST', 'nowhere', 404],
  ['POST', 'garbage', 405],
  ['DELETE', 'empty', 405],
  ['HEAD', 'getIP', 200],
])('%s /%s is %i', async (method, path, status) => {
  const {url} = await start();
  const answer = await fetch(`${url}${path}`, {method, ...(method === 'POST' && {body: 'x'})});
  expect(answer.status).toBe(status);
  if (status === 405) expect(answer.headers.get('allow')).toContain('GET, HEAD');
  await answer.text();
});

it('closes connections that carry nothing', async () => {
  const {port} = await start({idleTimeoutMs: 100});
  const unused = connect({port, host: '127.0.0.1'});
  const used = connect({port, host: '127.0.0.1'});
  used.write('GET /empty HTTP/1.1\r\nHost: x\r\n\r\n');
  await Promise.all([unused, used].map((socket) => once(socket.resume(), 'close')));
});

it('ends at once, transfers under way included', async () => {
  const reflector = await start();
  const answer = await fetch(`${reflector.url}garbage?ckSize=1024`);
  const upload = connect({port: reflector.port, host: '127.0.0.1'});
  upload.on('error', () => undefined).resume();
  upload.write('POST /empty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');
  await once(upload, 'connect');
  const ended = new Promise((resolve) => upload.once('close', resolve));
  await reflector.close();
  await ended;
  await expect(answer.arrayBuffer()).rejects.toThrow();
  await expect(fetch(reflector.url)).rejects.toThrow();
});

it('says where it listens, and why it does not', async () => {
  const reflector = await start();
  expect(reflector.url).toBe(`http://127.0.0.1:${reflector.port}/`);
  await expect(startReflector({host: '127.0.0.1', port: reflector.port})).rejects.toThrow(
    `the reflector can't listen on 127.0.0.1:${reflector.port}: listen EADDRINUSE`,
  );
});

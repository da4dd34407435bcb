import {once} from 'node:events';
import {copyFileSync, writeFileSync} from 'node:fs';
import {connect as netConnect} from 'node:net';
import {join} from 'node:path';
import {connect, createServer} from 'node:tls';
import {fileURLToPath} from 'node:url';
import {expect, it, onTestFinished} from 'vitest';
import {StartError} from '../../../src/reflector/start-error.ts';
import {followTlsFiles, readTlsFiles} from '../../../src/reflector/tls-files.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';
import {listenOnFreePort} from '../../peers/port.ts';
import {ask, closed, eventually, start} from './running.ts';

/** Files with a certificate and its key, and what puts another pair in their place. */
const tlsFiles = (name: keyof typeof certificates) => {
  const folder = temporaryFolder();
  const files = {cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem')};
  const put = (pair: {readonly cert: string; readonly key: string}): void => {
    writeFileSync(files.cert, pair.cert);
    writeFileSync(files.key, pair.key);
  };
  put(certificates[name]);
  return {files, put};
};

it('lets a reflector serve all of the protocol over HTTPS', async () => {
  const {url} = await start({tls: tlsFiles('server').files});
  expect(url).toMatch(/^https:/);
  expect((await ask(`${url}garbage?ckSize=2`)).body).toHaveLength(2 * 1024 * 1024);
  const body = Buffer.alloc(3 * 1024 * 1024);
  expect((await ask(`${url}empty`, {method: 'POST', body})).status).toBe(200);
  expect((await ask(`${url}udp`, {method: 'POST'})).status).toBe(200);
});

it('holds every limit over HTTPS too', async () => {
  const {url, port, refusals} = await start({
    tls: tlsFiles('server').files,
    maxBytes: 500_000,
    token: () => '0123456789abcdef',
  });
  expect((await ask(`${url}empty`)).status).toBe(401);
  const upload = connect({port, host: '127.0.0.1', ca: authorities.ours}).resume();
  upload.on('error', () => undefined);
  upload.write('POST /token=0123456789abcdef/empty HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
  upload.write(Buffer.alloc(600_000));
  await closed(upload);
  expect(refusals.map(([kind]) => kind)).toEqual(['token', 'bytes']);
});

it('is not ended by clients that do not speak TLS', async () => {
  const {url, port} = await start({tls: tlsFiles('server').files, idleTimeoutMs: 200});
  const plain = netConnect({port, host: '127.0.0.1'}).resume();
  plain.on('error', () => undefined);
  plain.write('GET /empty HTTP/1.1\r\nHost: x\r\n\r\n');
  const silent = netConnect({port, host: '127.0.0.1'}).resume();
  await Promise.all([plain, silent].map((socket) => closed(socket)));
  expect((await ask(`${url}empty`)).status).toBe(200);
});

it('takes renewed files into use, and keeps the old ones while the new ones are no good', async () => {
  const {files, put} = tlsFiles('elsewhere');
  const pair = readTlsFiles(files);
  const server = createServer(pair);
  const port = await listenOnFreePort(server);
  const problems: string[] = [];
  const end = followTlsFiles(server, files, pair, (message) => problems.push(message), 10);
  onTestFinished(() => {
    end();
    server.close();
  });
  const subject = async (): Promise<string> => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authorities.ours,
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'secureConnect');
    const {CN} = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  };
  expect(await subject()).toBe('speedtest-bridge test elsewhere');
  writeFileSync(files.cert, 'no certificate');
  await eventually(() => expect(problems).toHaveLength(1));
  expect(problems[0]).toMatch(/^the TLS files \S+ and \S+ can't be used: [^\n]+$/);
  expect(await subject()).toBe('speedtest-bridge test elsewhere');
  put(certificates.server);
  await eventually(async () => expect(await subject()).toBe('speedtest-bridge test server'));
});

it('names files that can not be used at the start', async () => {
  const {files} = tlsFiles('server');
  copyFileSync(fileURLToPath(new URL('../../fixtures/tls/elsewhere.key', import.meta.url)), files.key);
  expect(() => readTlsFiles(files)).toThrow(StartError);
  const nowhere = {...files, cert: '/nowhere'};
  await expect(start({tls: nowhere})).rejects.toThrow(
    `the TLS files /nowhere and ${files.key} can't be used: ENOENT`,
  );
});

it('lets a reflector end at once, though a client has not begun to speak TLS', async () => {
  const reflector = await start({tls: tlsFiles('server').files});
  const silent = netConnect({port: reflector.port, host: '127.0.0.1'}).resume();
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  expect((await ask(`${reflector.url}empty`)).status).toBe(200); // the first has been accepted by now
  await Promise.all([reflector.close(), closed(silent)]);
});

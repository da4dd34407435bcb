import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {ListenError} from '../../../src/server/listen.ts';
import {startServer} from '../../../src/server/server.ts';
import {startListeningOnSocket} from '../../../src/server/unix-socket.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {ask} from './http.ts';
import {listOf, optionsFor, start} from './running.ts';

const socketPath = () => join(temporaryFolder(), 'bridge.sock');

test('who may open the file is admitted, whatever the lists say, with the permissions asked for', async () => {
  const path = socketPath();
  const server = await startServer(optionsFor({listen: {path, mode: 0o640}, allowlist: listOf('192.0.2.7')}));
  expect(server).toMatchObject({url: `http://unix:${path}:`, port: 0});
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect((await ask('http://a/prometheus', {socketPath: path})).status).toBe(200);
  await server.close();
  expect(existsSync(path)).toBe(false);
});

test('nobody else may open the file at any time', async () => {
  const path = socketPath();
  const umask = process.umask(0);
  onTestFinished(() => {
    process.umask(umask);
  });
  const server = createServer();
  onTestFinished(() => void server.close());
  const seen: number[] = [];
  server.once('listening', () => seen.push(statSync(path).mode & 0o777));
  await startListeningOnSocket(server, {path, mode: 0o600}, 'web.listen');
  expect(seen).toEqual([0o600]);
  expect(process.umask()).toBe(0);
});

test('beside TCP', async () => {
  const path = socketPath();
  const {url} = await start({
    listen: [
      {path, mode: 0o600},
      {host: '127.0.0.1', port: 0},
      {host: '::1', port: 0},
    ],
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await ask(`${url}/prometheus`)).status).toBe(200);
  expect((await ask('http://a/prometheus', {socketPath: path})).status).toBe(200);
});

test('a file on which nobody listens any more is replaced', async () => {
  const path = socketPath();
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`;
  const child = spawn(process.execPath, ['--eval', script], {stdio: ['ignore', 'pipe', 'inherit']});
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(existsSync(path)).toBe(true);
  await start({listen: {path, mode: 0o600}});
  expect((await ask('http://a/prometheus', {socketPath: path})).status).toBe(200);
});

test('one on which somebody listens is not', async () => {
  const path = socketPath();
  await start({listen: {path, mode: 0o600}});
  const second = startServer(optionsFor({listen: {path, mode: 0o600}}));
  await expect(second).rejects.toBeInstanceOf(ListenError);
  await expect(second).rejects.toThrow(`address unix:${path} is already in use (web.listen)`);
  expect((await ask('http://a/prometheus', {socketPath: path})).status).toBe(200);
});

test('nor is a file of another kind, and addresses that were opened before are closed again', async () => {
  const path = socketPath();
  writeFileSync(path, 'precious');
  const failure = startServer(
    optionsFor({
      listen: [
        {host: '127.0.0.1', port: 0},
        {path, mode: 0o600},
      ],
    }),
  );
  await expect(failure).rejects.toThrow(`address unix:${path} is already in use (web.listen)`);
  expect(statSync(path).isFile()).toBe(true);
});

test('a folder that is not there is named', async () => {
  const path = join(temporaryFolder(), 'missing', 'bridge.sock');
  await expect(startServer(optionsFor({listen: {path, mode: 0o600}}))).rejects.toThrow(
    `address unix:${path}`,
  );
});

import {createServer} from 'node:http';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {askStatus, urlOfListen} from '../../../src/cli/status-client.ts';
import {StatusError} from '../../../src/cli/status-error.ts';
import type {Endpoint} from '../../../src/server/endpoint.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {listenOnFreePort} from '../../peers/port.ts';

const never = new AbortController().signal;

/** A server that gives one answer to all, and tells by which token it was asked. */
const answering = async (status: number, body: string) => {
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(status, {'content-type': 'application/json'}).end(body);
  });
  const port = await listenOnFreePort(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: `http://127.0.0.1:${port}`, tokens};
};

it('asks with the token, and takes what a newer bridge tells besides', async () => {
  const told = {jobs: [{name: 'wan', running: false, more: 1}], destinations: [], startAllowed: true};
  const {url, tokens} = await answering(200, JSON.stringify(told));
  const status = await askStatus(`${url}/`, 'secret', never);
  expect(status).toEqual({jobs: [{name: 'wan', running: false}], destinations: [], raw: told});
  expect(tokens).toEqual(['Bearer secret', 'Bearer secret']);
});

it.each([
  [401, '{"error":"a token is needed"}', 'URL wants to know who asks: a token is needed (--token)'],
  [403, '{"error":"forbidden"}', 'URL refuses: forbidden'],
  [500, 'oh', 'URL/api/v1/jobs answers with an error: status 500'],
  [200, '<html>', 'URL/api/v1/jobs does not answer as a speedtest-bridge does'],
  [200, '{"jobs":[{}]}', 'URL/api/v1/jobs does not answer as a speedtest-bridge does'],
])('an answer %i %j is told in one line', async (status, body, message) => {
  const {url} = await answering(status, body);
  await expect(askStatus(url, undefined, never)).rejects.toThrow(
    new StatusError(message.replace('URL', url)),
  );
});

it('nobody there is told in one line', async () => {
  const asked = askStatus('http://127.0.0.1:1', undefined, never);
  await expect(asked).rejects.toThrow(
    /^no bridge answers at http:\/\/127\.0\.0\.1:1: \S.* \(web\.listen, or --url\)$/,
  );
});

it.each<readonly [readonly Endpoint[], boolean, string]>([
  [[{port: 9817}], false, 'http://localhost:9817'],
  [[{host: '::', port: 9817}], false, 'http://localhost:9817'],
  [[{host: '::1', port: 9817}], true, 'https://[::1]:9817'],
  [
    [
      {path: '/run/b.sock', mode: 0o660},
      {host: '10.0.0.1', port: 80},
    ],
    false,
    'http://10.0.0.1:80',
  ],
  [[{path: '/run/b.sock', mode: 0o660}], true, 'unix:/run/b.sock'],
])('a bridge that listens on %j, with TLS: %j, is asked at %s', (listen, isSecure, url) => {
  expect(urlOfListen(listen, isSecure)).toBe(url);
});

it('asks behind a Unix socket', async () => {
  const path = join(temporaryFolder(), 'bridge.sock');
  const server = createServer((_request, response) => response.end('{"jobs":[],"destinations":[]}'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  expect(await askStatus(`unix:${path}`, undefined, never)).toMatchObject({jobs: [], destinations: []});
});

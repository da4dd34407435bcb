import {randomBytes} from 'node:crypto';
import {getEventListeners} from 'node:events';
import {writeFileSync} from 'node:fs';
import type {Socket} from 'node:net';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, onTestFinished, test, vi} from 'vitest';
import {Secret} from '../../../../src/secret.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {accept, clientFor, post, serve} from './clients.ts';

// For localhost, self-signed; its key secures nothing.
const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQbeXw5OjTE413Ws4
k/3Y453yWd4puv0WEa2ow5Txg/ihRANCAAT8CVVpL5Ge3nZo9pqI5x1fgABfW2zB
UTULHZM0bWRq5D6wB8EogOKeWnS79OBiNUf8fBEWbv0cwJG1en1RMLhV
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUciAcgaH6lv/NSorNww6ym5aoVTMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIxMzMzOFoYDzIxMjYxMDI5
MjEzMzM4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT8CVVpL5Ge3nZo9pqI5x1fgABfW2zBUTULHZM0bWRq5D6wB8EogOKe
WnS79OBiNUf8fBEWbv0cwJG1en1RMLhVo2kwZzAdBgNVHQ4EFgQUurFkVFxxuuAi
jf3a4IGA6dIxzocwHwYDVR0jBBgwFoAUurFkVFxxuuAijf3a4IGA6dIxzocwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgaZ2YOjlhIVIAplyAg/nfSNjmcXUbhAGH55K0s/an6JMCIHUmANGADPza
uItSd9PtD33TiiKMdd6gr4b3c1eRKr3p
-----END CERTIFICATE-----
`,
};

test('gives status, headers and text of the answer', async () => {
  const server = await serve((response) =>
    response.writeHead(418, {'X-Written': '3', 'Set-Cookie': ['a', 'b']}).end('short and stout'),
  );
  const answer = await post(clientFor(new URL('/pot?lid=1', server.url)));
  expect(answer).toMatchObject({
    kind: 'response',
    status: 418,
    headers: {'x-written': '3', 'set-cookie': 'a, b'},
    body: 'short and stout',
  });
  expect(server.requests[0]).toMatchObject({method: 'POST', path: '/pot?lid=1'});
});

test('gives the first 64 KiB of a text, and no half character', async () => {
  const {url} = await serve((response) => response.end(`a${'ü'.repeat(40_000)}`));
  expect(await post(clientFor(url))).toMatchObject({body: `a${'ü'.repeat(32_767)}`});
});

test.each([200, 503])(
  'an answer of %i that is compressed and long does not hold the connection',
  async (status) => {
    const page = gzipSync(randomBytes(300_000));
    const {url, requests} = await serve((response) => {
      const headers = requests.length === 1 ? {'content-encoding': 'gzip'} : {};
      response.writeHead(status, headers).end(requests.length === 1 ? page : 'short');
    });
    const client = clientFor(url, {timeoutMs: 4000});
    expect(await post(client)).toMatchObject({status, body: ''});
    expect(await post(client)).toMatchObject({status, body: 'short'});
  },
);

test("a request's own headers outrank the settings' in whatever case, and the login outranks both", async () => {
  const {url, requests} = await serve();
  const settings = {
    headers: {'X-One': 'settings', 'x-TWO': 'settings', Authorization: 'settings'},
    login: {kind: 'basic', username: 'jürgen', password: Secret.of('pass:word')},
  } as const;
  await post(clientFor(url, settings), {'x-two': 'request'});
  expect(requests[0]?.headers).toMatchObject({
    'x-one': 'settings',
    'x-two': 'request',
    authorization: `Basic ${Buffer.from('jürgen:pass:word').toString('base64')}`,
  });
});

test('takes a user from the URL, percent-decoded', async () => {
  const {url, requests} = await serve();
  const address = new URL(`http://us%40er:p%3Aw%zz@${url.host}`);
  await post(clientFor(address));
  expect(requests[0]?.headers.authorization).toBe(`Basic ${btoa('us@er:p:w%zz')}`);
});

test('reads a secret afresh for each request, and says when it cannot', async () => {
  const file = join(temporaryFolder(), 'token');
  const {url, requests} = await serve();
  const login = {kind: 'authorization', type: 'Bearer', credentials: Secret.fromFile(file)} as const;
  const client = clientFor(url, {login});
  expect(await post(client)).toEqual({
    kind: 'failed',
    cause: `the request to ${url.host} failed: ENOENT: no such file or directory, open '${file}'`,
  });
  for (const token of ['first', 'second']) {
    writeFileSync(file, `${token}\n`);
    await post(client);
  }
  expect(requests.map(({headers}) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
});

test('a key in the address is told no more than one in a header', async () => {
  const {url} = await serve((response, {path}) =>
    response.writeHead(404).end(`no ${path}: of%20key is not "of key"`),
  );
  expect(await post(clientFor(new URL('/write?key=of%20key', url)))).toMatchObject({
    body: 'no /write?key=<secret>: <secret> is not "<secret>"',
  });
});

test('the text of a success is given as it came', async () => {
  const {url} = await serve((response) => response.end('{"access_token":"a1b1"}'));
  expect(await post(clientFor(new URL('/token?tenant=1', url)))).toMatchObject({
    body: '{"access_token":"a1b1"}',
  });
});

test('what an answer says in its headers is read although a secret is in it', async () => {
  const {url} = await serve((response, {path}) =>
    path === '/'
      ? response.writeHead(307, {location: '/1'}).end()
      : response.writeHead(503, {'retry-after': '15', location: 'http://1/'}).end('no tenant 1'),
  );
  const headers = {'X-Scope-OrgID': Secret.of('1')};
  expect(await post(clientFor(url, {headers, followRedirects: true}))).toMatchObject({
    headers: {'retry-after': '15'},
    body: 'no tenant <secret>',
    location: 'http://<secret>/',
  });
});

test('a header that cannot be sent fails without being told', async () => {
  const {url} = await serve();
  const answer = await post(clientFor(url, {headers: {'x-key': Secret.of('se\ncret')}}));
  expect(answer).toEqual({kind: 'failed', cause: `the request to ${url.host} failed: invalid x-key header`});
});

test('a host with several addresses that all refuse has refused', async () => {
  const {url, stop} = await serve();
  await stop();
  const answer = await post(clientFor(new URL(`http://localhost:${url.port}`)));
  expect(answer).toEqual({kind: 'failed', cause: `connection refused by localhost:${url.port}`});
});

test('keeps a connection for the next repetition', async () => {
  // With this header Node does not say for how long it keeps it, which would be 5 s.
  const {url, requests} = await serve((response) =>
    response.writeHead(204, {connection: 'keep-alive'}).end(),
  );
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const client = clientFor(url);
  await post(client);
  await vi.advanceTimersByTimeAsync(65_000);
  await post(client);
  expect(requests.map(({clientPort}) => clientPort === requests[0]?.clientPort)).toEqual([true, true]);
});

test('makes a request again whose connection was kept, and closed just then, once', async () => {
  const {url, requests} = await serve((response, {clientPort}) => {
    const isKept = requests.filter((request) => request.clientPort === clientPort).length > 1;
    if (isKept) response.destroy();
    else response.end();
  });
  const client = clientFor(url);
  for (let time = 0; time < 3; time += 1) expect(await post(client)).toMatchObject({status: 200});
  expect(requests).toHaveLength(5);
  expect(client.sentBytes()).toBe(5);
});

test('makes a request again whose kept connection was reset', async () => {
  const sockets: (Socket | null)[] = [];
  const {url, requests} = await serve((response) => {
    sockets.push(response.socket);
    response.end();
  });
  const client = clientFor(url);
  await post(client);
  sockets[0]?.resetAndDestroy();
  expect(await post(client)).toMatchObject({status: 200});
  expect(requests).toHaveLength(2);
});

test('makes a request again whose kept connection was closed while another request opened one', async () => {
  let openedOther = (): void => undefined;
  const other = new Promise<void>((resolve) => {
    openedOther = resolve;
  });
  const {url, requests} = await serve(async (response, request) => {
    const [first] = requests;
    if (request !== first && request.clientPort === first?.clientPort) {
      await other;
      response.destroy();
      return;
    }
    if (request !== first) openedOther();
    response.end();
  });
  const client = clientFor(url, {connections: 2});
  await post(client);
  expect(await Promise.all([post(client), post(client)])).toMatchObject([{status: 200}, {status: 200}]);
  expect(requests).toHaveLength(4);
});

test('does not make a request again whose connection was a new one', async () => {
  const {url, requests} = await serve((response) => response.destroy());
  const client = clientFor(url);
  for (let time = 0; time < 2; time += 1) {
    expect(await post(client)).toMatchObject({
      kind: 'failed',
      cause: expect.stringMatching(/closed the connection/),
    });
  }
  expect(requests).toHaveLength(2);
});

test('does not trust a certificate that nobody has signed', async () => {
  const server = await serve(accept, selfSigned);
  const address = new URL(`https://localhost:${server.url.port}`);
  expect(await post(clientFor(address))).toEqual({
    kind: 'failed',
    cause: `the TLS certificate of ${address.host} is self-signed`,
  });
});

test('says that a receiver does not speak TLS', async () => {
  const {url} = await serve();
  expect(await post(clientFor(new URL(`https://${url.host}`)))).toEqual({
    kind: 'failed',
    cause: `${url.host} does not speak TLS: is its address http:// instead of https://?`,
  });
});

test('an abort while the client opens ends the request', async () => {
  const {url, requests} = await serve();
  const abort = new AbortController();
  const sending = post(clientFor(url), {}, abort.signal);
  abort.abort();
  await expect(sending).rejects.toMatchObject({name: 'AbortError'});
  expect(requests).toEqual([]);
});

test('leaves nothing on a signal that outlives the request', async () => {
  const {url} = await serve();
  const {signal} = new AbortController();
  await post(clientFor(url), {}, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('closing ends what is under way, and does no harm to what was never used', async () => {
  const unused = clientFor(new URL('http://127.0.0.1:9'));
  await unused.close();
  const {url, requests} = await serve(() => undefined);
  const client = clientFor(url);
  const sending = post(client);
  await expect.poll(() => requests.length).toBe(1);
  await client.close();
  expect(await sending).toMatchObject({kind: 'failed'});
});

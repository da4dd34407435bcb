import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createTokens} from '../../../../src/delivery/http/oauth2.ts';
import type {LoginSettings, OAuth2Settings} from '../../../../src/delivery/http/settings.ts';
import {Secret} from '../../../../src/secret.ts';
import type {Respond} from '../../../contract/http-server.ts';
import {startForwardProxy} from '../../../fixtures/forward-proxy.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../../fixtures/tls.ts';
import {clientFor, post, serve} from './clients.ts';

const secret = 'the client$ &secret';
const oauth2 = (url: URL, settings: Partial<OAuth2Settings> = {}): LoginSettings & OAuth2Settings => ({
  kind: 'oauth2',
  clientId: 'bridge:1',
  clientSecret: Secret.of(secret),
  scopes: [],
  endpointParams: {},
  http: {url, headers: {}, timeoutMs: 20_000},
  ...settings,
});

/** A token endpoint whose tokens are named token-1, token-2 and so on. */
const serveTokens = async (answer: object = {expires_in: 3600}) => {
  let count = 0;
  return serve((response) => {
    count += 1;
    response.end(JSON.stringify({access_token: `token-${count}`, token_type: 'bearer', ...answer}));
  });
};
const say =
  (status: number, body: string): Respond =>
  (response) =>
    response.writeHead(status).end(body);

test('fetches a token once, as RFC 6749 has it, and sends it with each request', async () => {
  const tokens = await serveTokens();
  const receiver = await serve();
  const login = oauth2(tokens.url, {
    scopes: ['write', 'read'],
    endpointParams: {audience: Secret.of('mimir & co')},
  });
  const client = clientFor(receiver.url, {login});
  expect(await post(client, {'user-agent': 'bridge/1'})).toMatchObject({status: 200});
  expect(await post(client)).toMatchObject({status: 200});
  expect(tokens.requests).toMatchObject([
    {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'bridge/1',
        authorization: `Basic ${btoa('bridge%3A1:the+client%24+%26secret')}`,
      },
    },
  ]);
  expect(tokens.requests[0]?.body.toString()).toBe(
    'grant_type=client_credentials&scope=write+read&audience=mimir+%26+co',
  );
  expect(receiver.requests.map(({headers}) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-1',
  ]);
});

test('takes another grant from the parameters', async () => {
  const tokens = await serveTokens();
  const receiver = await serve();
  const endpointParams = {grant_type: Secret.of('password'), username: Secret.of('u')};
  await post(clientFor(receiver.url, {login: oauth2(tokens.url, {endpointParams})}));
  expect(tokens.requests[0]?.body.toString()).toBe('grant_type=password&username=u');
});

test('tells who it is in the body where the header is refused, and remembers that', async () => {
  let count = 0;
  const tokens = await serve((response, {headers}) => {
    count += 1;
    if (headers.authorization !== undefined) response.writeHead(401).end('{"error": "invalid_client"}');
    else response.end(JSON.stringify({access_token: `t${count}`, expires_in: 1}));
  });
  const receiver = await serve();
  const client = clientFor(receiver.url, {login: oauth2(tokens.url)});
  expect(await post(client)).toMatchObject({status: 200});
  expect(await post(client)).toMatchObject({status: 200});
  expect(tokens.requests.map(({headers}) => headers.authorization !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
  expect(tokens.requests[2]?.body.toString()).toBe(
    'grant_type=client_credentials&client_id=bridge%3A1&client_secret=the+client%24+%26secret',
  );
});

test.each([
  ['shortly before it expires', {expires_in: 60}, 51_000, 2],
  ['not long before it expires', {expires_in: 60}, 49_000, 1],
  ['by a lifetime in quotes', {expires_in: '60'}, 51_000, 2],
  ['never, where it has no end', {}, 1e15, 1],
])('fetches a new token %s', async (_, answer, afterMs, fetched) => {
  const tokens = await serveTokens(answer);
  let nowMs = 1_000_000;
  const source = createTokens(oauth2(tokens.url), clientFor(tokens.url), () => nowMs);
  const {signal} = new AbortController();
  await source.current(undefined, signal);
  nowMs += afterMs;
  expect(await source.current(undefined, signal)).toEqual({
    kind: 'token',
    scheme: 'Bearer',
    value: `token-${fetched}`,
  });
});

test('fetches a new token when the secret has changed in its file', async () => {
  const file = join(temporaryFolder(), 'secret');
  const tokens = await serveTokens();
  const receiver = await serve();
  const client = clientFor(receiver.url, {
    login: oauth2(tokens.url, {clientId: 'c', clientSecret: Secret.fromFile(file)}),
  });
  for (const text of ['one', 'one', 'two']) {
    writeFileSync(file, `${text}\n`);
    await post(client);
  }
  expect(tokens.requests.map(({headers}) => headers.authorization)).toEqual([
    `Basic ${btoa('c:one')}`,
    `Basic ${btoa('c:two')}`,
  ]);
});

test('a token that is refused is replaced once', async () => {
  const tokens = await serveTokens();
  let refused = 'Bearer token-1';
  const receiver = await serve((response, {headers}) => {
    const {authorization = ''} = headers;
    const isRefused = refused === 'all' || authorization === refused;
    response.writeHead(isRefused ? 401 : 200).end(`not ${authorization}`);
  });
  const client = clientFor(receiver.url, {login: oauth2(tokens.url)});
  expect(await post(client)).toMatchObject({status: 200});
  expect(receiver.requests).toHaveLength(2);
  refused = 'all';
  expect(await post(client)).toMatchObject({status: 401, body: 'not Bearer <secret>'});
  expect(receiver.requests).toHaveLength(4);
  expect(tokens.requests).toHaveLength(3);
});

test.each<[string, Respond, string]>([
  [
    'is refused',
    (response, {headers, body}) =>
      response.writeHead(400).end(`${headers.authorization ?? ''} ${body} ${secret}`),
    'PEER answered HTTP 400 Bad Request: grant_type=client_credentials&client_id=bridge%3A1&client_secret=<secret> <secret>',
  ],
  ['fails', say(503, 'later'), 'PEER answered HTTP 503 Service Unavailable: later'],
  ['is no JSON', say(200, '<html>'), 'the answer of PEER holds none'],
  ['holds no token', say(200, '{"token_type": "bearer"}'), 'the answer of PEER holds none'],
  [
    'breaks off',
    (response) => response.socket?.destroy(),
    'PEER closed the connection before its answer was complete',
  ],
])('a token request that %s is told without secrets', async (_, respond, words) => {
  const tokens = await serve(respond);
  const receiver = await serve();
  const answer = await post(clientFor(receiver.url, {login: oauth2(tokens.url)}));
  expect(answer).toEqual({
    kind: 'failed',
    cause: `no access token: ${words.replaceAll('PEER', tokens.url.host)}`,
  });
  expect(receiver.requests).toEqual([]);
});

test('a token request that hangs is told by its own name', async () => {
  const tokens = await serve(() => undefined);
  const {url} = await serve();
  const http = {url: tokens.url, headers: {}, timeoutMs: 100};
  expect(await post(clientFor(url, {timeoutMs: 50, login: oauth2(tokens.url, {http})}))).toEqual({
    kind: 'failed',
    cause: `no access token: no answer from ${tokens.url.host} within 0.1 s`,
  });
});

test('a token request ends when the signal aborts', async () => {
  const abort = new AbortController();
  const tokens = await serve(() => abort.abort(new Error('stopping')));
  const {url} = await serve();
  const sending = post(clientFor(url, {login: oauth2(tokens.url)}), {}, abort.signal);
  await expect(sending).rejects.toThrow('stopping');
});

test('the token endpoint has TLS and proxy settings of its own', async () => {
  const tokens = await serve(
    (response) => response.end('{"access_token": "t", "token_type": "Other"}'),
    certificates.server,
  );
  const {url: proxy, requests: proxied} = await startForwardProxy(tokens.url);
  const receiver = await serve();
  const http = {
    url: new URL('https://localhost/token'),
    headers: {'X-Key': Secret.of('word')},
    timeoutMs: 20_000,
    tls: {ca: Secret.of(authorities.ours)},
    proxy: {kind: 'fixed', url: proxy, noProxy: '', connectHeaders: {}} as const,
  };
  expect(await post(clientFor(receiver.url, {login: oauth2(tokens.url, {http})}))).toMatchObject({
    status: 200,
  });
  expect(proxied).toMatchObject([{method: 'CONNECT', target: 'localhost:443'}]);
  expect(tokens.requests).toMatchObject([{path: '/token', headers: {'x-key': 'word'}}]);
  expect(receiver.requests[0]?.headers.authorization).toBe('Other t');
});

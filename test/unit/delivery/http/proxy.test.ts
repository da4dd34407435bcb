import {describe, expect, test, vi} from 'vitest';
import {proxyFor} from '../../../../src/delivery/http/proxy.ts';
import type {ProxySettings} from '../../../../src/delivery/http/settings.ts';
import {Secret} from '../../../../src/secret.ts';
import {startForwardProxy} from '../../../fixtures/forward-proxy.ts';
import {authorities, certificates} from '../../../fixtures/tls.ts';
import {clientFor, post, serve} from './clients.ts';

const by = (url: URL, noProxy = ''): ProxySettings => ({kind: 'fixed', url, noProxy, connectHeaders: {}});
const fromEnvironment: ProxySettings = {kind: 'environment', connectHeaders: {}};
const tls = {ca: Secret.of(authorities.ours)};

describe('the proxy of the environment', () => {
  test.each<[string, Record<string, string>, string | undefined]>([
    ['http://mimir.example', {}, undefined],
    ['http://mimir.example', {HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2'}, 'http://a:1/'],
    ['https://mimir.example', {HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2'}, 'http://b:2/'],
    ['https://mimir.example', {HTTP_PROXY: 'http://a:1'}, undefined],
    ['http://mimir.example', {http_proxy: 'http://a:1'}, 'http://a:1/'],
    ['http://mimir.example', {HTTP_PROXY: 'http://a:1', http_proxy: 'http://b:2'}, 'http://a:1/'],
    ['http://mimir.example', {HTTP_PROXY: '', http_proxy: 'b:2'}, 'http://b:2/'],
    ['http://mimir.example', {HTTP_PROXY: 'http://a:1', NO_PROXY: 'example'}, undefined],
    ['http://mimir.example', {HTTP_PROXY: 'http://a:1', no_proxy: 'example'}, undefined],
    ['http://localhost:9090', {HTTP_PROXY: 'http://a:1'}, undefined],
  ])('for %s with %j is %s', (target, env, proxy) => {
    expect(proxyFor(new URL(target), fromEnvironment, env)?.href).toBe(proxy);
  });

  test.each(['socks5://a:1', 'http://', 'a b'])('%s is refused by the name of its variable', (proxy) => {
    expect(() => proxyFor(new URL('http://mimir.example'), fromEnvironment, {http_proxy: proxy})).toThrow(
      'the proxy in the variable http_proxy is neither http:// nor https://',
    );
  });
});

test('http:// goes through a proxy by its whole address', async () => {
  const {url: receiver, requests} = await serve();
  const proxy = await startForwardProxy(receiver);
  const settings: ProxySettings = {...by(proxy.url), connectHeaders: {'X-Key': Secret.of('word')}};
  const client = clientFor(new URL('http://mimir.example:9009/push'), {proxy: settings});
  expect(await post(client)).toMatchObject({status: 200});
  expect(await post(client)).toMatchObject({status: 200});
  expect(proxy.requests).toMatchObject([
    {method: 'POST', target: 'http://mimir.example:9009/push', headers: {host: 'mimir.example:9009'}},
    {method: 'POST'},
  ]);
  expect(requests).toMatchObject([{path: '/push'}, {path: '/push'}]);
  expect(JSON.stringify(requests)).not.toContain('word');
});

test.each([
  ['http://', undefined],
  ['https://', certificates.server],
])(
  'https:// goes through a tunnel of an %s proxy, which alone sees what is meant for it',
  async (_, proxyTls) => {
    const {url: receiver, requests} = await serve(undefined, certificates.server);
    const proxy = await startForwardProxy(receiver, proxyTls && {tls: proxyTls});
    proxy.url.username = 'us%40er';
    proxy.url.password = 'pass';
    const settings: ProxySettings = {...by(proxy.url), connectHeaders: {'X-Key': Secret.of('word')}};
    const client = clientFor(new URL('https://localhost/push'), {proxy: settings, tls});
    expect(await post(client)).toMatchObject({status: 200});
    expect(await post(client)).toMatchObject({status: 200});
    expect(proxy.requests).toMatchObject([
      {
        method: 'CONNECT',
        target: 'localhost:443',
        headers: {'x-key': 'word', 'proxy-authorization': `Basic ${btoa('us@er:pass')}`},
      },
    ]);
    expect(requests).toMatchObject([{path: '/push'}, {path: '/push'}]);
    expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(requests[0]?.headers).not.toHaveProperty('x-key');
  },
);

test('a server behind a proxy must have the name to expect', async () => {
  const {url: receiver} = await serve(undefined, certificates.elsewhere);
  const proxy = by((await startForwardProxy(receiver)).url);
  const target = new URL('https://mimir.example');
  expect(await post(clientFor(target, {proxy, tls}))).toEqual({
    kind: 'failed',
    cause: expect.stringMatching(
      /^the TLS certificate of mimir.example:443 is for another host name \(through the proxy 127\.0\.0\.1:\d+\)$/,
    ),
  });
  const named = {...tls, serverName: 'elsewhere.example'};
  expect(await post(clientFor(target, {proxy, tls: named}))).toMatchObject({status: 200});
});

test('what no_proxy lists is reached directly', async () => {
  const {url} = await serve();
  const proxy = await startForwardProxy(url);
  expect(await post(clientFor(url, {proxy: by(proxy.url, '127.0.0.0/8')}))).toMatchObject({status: 200});
  expect(proxy.requests).toEqual([]);
  expect(await post(clientFor(url, {proxy: by(proxy.url)}))).toMatchObject({status: 200});
  expect(proxy.requests).toHaveLength(1);
});

test('the variables are those of the process', async () => {
  const {url} = await serve();
  const proxy = await startForwardProxy(url);
  vi.stubEnv('HTTP_PROXY', proxy.url.href);
  expect(await post(clientFor(new URL('http://mimir.example'), {proxy: fromEnvironment}))).toMatchObject({
    status: 200,
  });
  vi.unstubAllEnvs();
  expect(proxy.requests).toHaveLength(1);
});

describe('a proxy that', () => {
  test.each(['http://mimir.example', 'https://mimir.example'])('is not there, to %s', async (target) => {
    const {url, stop} = await serve();
    await stop();
    expect(await post(clientFor(new URL(target), {proxy: by(url)}))).toEqual({
      kind: 'failed',
      cause: `connection refused by the proxy ${url.host}`,
    });
  });

  const nowhere = new URL('http://127.0.0.1:9');

  test('refuses a tunnel', async () => {
    const {url} = await startForwardProxy(nowhere, {refusal: () => 403});
    expect(await post(clientFor(new URL('https://mimir.example'), {proxy: by(url)}))).toEqual({
      kind: 'failed',
      cause: `the proxy ${url.host} opens no way to mimir.example:443: Proxy response (403) !== 200 when HTTP Tunneling`,
    });
  });

  test('wants a login', async () => {
    const {url} = await startForwardProxy(nowhere, {refusal: () => 407});
    expect(await post(clientFor(new URL('http://mimir.example'), {proxy: by(url)}))).toEqual({
      kind: 'failed',
      cause: `the request to mimir.example:80 failed: Proxy Authentication Required (407) (through the proxy ${url.host})`,
    });
  });

  test('has a certificate for another name', async () => {
    const {url} = await startForwardProxy(nowhere, {tls: certificates.elsewhere});
    expect(await post(clientFor(new URL('https://mimir.example'), {proxy: by(url), tls}))).toEqual({
      kind: 'failed',
      cause: `the TLS certificate of the proxy ${url.host} is for another host name`,
    });
  });

  test('says nothing at first', async () => {
    const {url: receiver} = await serve(undefined, certificates.server);
    let status: number | undefined = 0;
    const {url} = await startForwardProxy(receiver, {refusal: () => status});
    const client = clientFor(new URL('https://localhost'), {proxy: by(url), tls, timeoutMs: 300});
    expect(await post(client)).toEqual({
      kind: 'failed',
      cause: 'no answer from localhost:443 within 0.3 s',
    });
    status = undefined;
    await expect.poll(() => post(client), {timeout: 8000}).toMatchObject({status: 200});
  });
});

import {describe, expect, test} from 'vitest';
import {isAtHome, redirectTarget, withoutSecrets} from '../../../../src/delivery/http/redirect.ts';
import type {HttpSettings} from '../../../../src/delivery/http/settings.ts';
import {Secret} from '../../../../src/secret.ts';
import type {Respond} from '../../../contract/http-server.ts';
import {clientFor, post, serve} from './clients.ts';

const followRedirects = true;
const login = {kind: 'basic', username: 'u', password: Secret.of('pass')} as const;
const headers = {'X-Key': Secret.of('word')};
const toward =
  (location: string, status = 308): Respond =>
  (response) =>
    response.writeHead(status, {location}).end();

/** Sends to a server that redirects to another one. */
const sendAcross = async (settings: Partial<HttpSettings>, respond?: Respond, status?: number) => {
  const target = await serve(respond);
  const server = await serve(toward(`${target.url.origin}/new?a=b`, status));
  const answer = await post(clientFor(server.url, settings), {'content-type': 'text/plain'});
  return {answer, server, target};
};

describe('a redirect', () => {
  test.each([307, 308])('%i is followed with method and body', async (status) => {
    const {answer, target} = await sendAcross({followRedirects}, undefined, status);
    expect(answer).toMatchObject({status: 200});
    expect(target.requests).toMatchObject([
      {method: 'POST', path: '/new?a=b', headers: {'content-type': 'text/plain'}},
    ]);
    expect(target.requests[0]?.body.toString()).toBe('x');
  });

  test.each([301, 302, 303])('%i is not', async (status) => {
    const {answer, target} = await sendAcross({followRedirects}, undefined, status);
    expect(answer).toMatchObject({status});
    expect(target.requests).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])('%i is followed by a request without a body', async (status) => {
    const target = await serve();
    const server = await serve(toward(`${target.url.origin}/new`, status));
    const client = clientFor(server.url, {followRedirects});
    const answer = await client.send({method: 'GET', headers: {}}, new AbortController().signal);
    expect(answer).toMatchObject({status: 200});
    expect(target.requests).toMatchObject([{method: 'GET', path: '/new'}]);
  });

  test('is not followed where it is not allowed', async () => {
    const {answer, target} = await sendAcross({followRedirects: false});
    expect(answer).toMatchObject({status: 308});
    expect(target.requests).toEqual([]);
  });

  test('on the same server takes login and headers along', async () => {
    const {url, requests} = await serve((response, {path}) =>
      path === '/new' ? response.end() : response.writeHead(307, {location: '/new'}).end(),
    );
    expect(await post(clientFor(url, {followRedirects, login, headers}))).toMatchObject({status: 200});
    expect(requests).toMatchObject([
      {path: '/', headers: {authorization: `Basic ${btoa('u:pass')}`, 'x-key': 'word'}},
      {path: '/new', headers: {authorization: `Basic ${btoa('u:pass')}`, 'x-key': 'word'}},
    ]);
  });

  test('to another server takes neither along', async () => {
    const {answer, server, target} = await sendAcross({followRedirects, login, headers});
    expect(answer).toMatchObject({status: 200});
    expect(server.requests[0]?.headers).toMatchObject({'x-key': 'word'});
    expect(target.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(target.requests[0]?.headers).not.toHaveProperty('x-key');
  });

  test.each([401, 403])('to another server that answers %i says why', async (status) => {
    const {answer, server, target} = await sendAcross({followRedirects, login}, (response) =>
      response.writeHead(status).end(),
    );
    expect(answer).toEqual({
      kind: 'failed',
      cause: expect.stringMatching(
        `^HTTP ${status} \\w+ from ${target.url.host}, to which ${server.url.host} redirects: login and headers go to no other host; correct the url$`,
      ),
    });
  });

  test('in a circle ends', async () => {
    const {url, requests} = await serve(toward('/'));
    expect(await post(clientFor(url, {followRedirects}))).toEqual({
      kind: 'failed',
      cause: `${url.host} redirects more than 10 times`,
    });
    expect(requests).toHaveLength(11);
  });
});

test.each([
  [308, 'https://b.example/x', 'https://b.example/x'],
  [307, '/x', 'http://a.example/x'],
  [307, '?y', 'http://a.example/push?y'],
  [308, 'ftp://b.example', undefined],
  [308, 'http://', undefined],
  [308, undefined, undefined],
  [302, '/x', undefined],
  [200, '/x', undefined],
])('%i to %s leads to %s', (status, location, target) => {
  const response = {kind: 'response', status, headers: location ? {location} : {}, body: ''} as const;
  expect(redirectTarget(response, new URL('http://a.example/push'), 'POST')?.href).toBe(target);
});

test.each([
  ['http://a.example/x', 'http://a.example/', true],
  ['https://a.example', 'http://a.example', true],
  ['https://a.example:8443', 'http://a.example:8080', true],
  ['http://a.example', 'https://a.example', false],
  ['http://a.example:81', 'http://a.example', false],
  ['https://a.example:444', 'https://a.example', false],
  ['https://b.a.example', 'https://a.example', false],
])('whether %s may have what is meant for %s: %s', (target, home, expected) => {
  expect(isAtHome(new URL(target), new URL(home))).toBe(expected);
});

test.each([
  ['https://user:word@a.example/x?key=word#word', 'https://a.example/x'],
  ['/x?key', '/x'],
  ['', ''],
])('without secrets, %s is %s', (address, shown) => {
  expect(withoutSecrets(address)).toBe(shown);
});

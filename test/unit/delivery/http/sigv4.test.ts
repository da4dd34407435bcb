import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {LoginSettings, SigV4Settings} from '../../../../src/delivery/http/settings.ts';
import {signRequest} from '../../../../src/delivery/http/sigv4.ts';
import {Secret} from '../../../../src/secret.ts';
import {signatureOf} from '../../../fixtures/sigv4.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {clientFor, post, serve} from './clients.ts';

// The published example's.
const accessKey = 'AKIDEXAMPLE';
const secretKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const keys = {accessKey, secretKey: Secret.of(secretKey)};
const settings: SigV4Settings = {service: 'service', region: 'us-east-1', keys};

beforeEach(() => {
  vi.stubEnv('HOME', temporaryFolder());
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
  ]) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => vi.unstubAllEnvs());

describe("AWS' test suite for signature version 4", () => {
  const sign = (method: 'GET' | 'POST', query = '', headers = {}, given = settings) => {
    const url = new URL(`https://example.amazonaws.com/${query}`);
    const signed = signRequest({url, method, headers}, given, Date.parse('2015-08-30T12:36:00Z'));
    return signed.kind === 'failed' ? undefined : signed.headers['authorization'];
  };
  const expected = (signedHeaders: string, signature: string): string =>
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`;

  test('get-vanilla', () => {
    expect(sign('GET')).toBe(
      expected('host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'),
    );
  });

  test('get-vanilla-query-order-key-case', () => {
    expect(sign('GET', '?Param2=value2&Param1=value1')).toBe(
      expected('host;x-amz-date', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'),
    );
  });

  test('post-vanilla', () => {
    expect(sign('POST')).toBe(
      expected('host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'),
    );
  });

  test('post-header-value-case', () => {
    expect(sign('POST', '', {'my-header1': 'VALUE1'})).toBe(
      expected(
        'host;my-header1;x-amz-date',
        'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
      ),
    );
  });

  test('post-sts-header-before', () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKey);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretKey);
    vi.stubEnv(
      'AWS_SESSION_TOKEN',
      'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==',
    );
    expect(sign('POST', '', {}, {service: 'service', region: 'us-east-1'})).toBe(
      expected(
        'host;x-amz-date;x-amz-security-token',
        '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
      ),
    );
  });
});

test('what is sent is what was signed, body and configured headers too', async () => {
  const {url, requests} = await serve((response, {path}) =>
    path === '/workspaces/ws-1/api/v1/remote_write'
      ? response.writeHead(307, {location: '/other'}).end()
      : response.end(),
  );
  const login: LoginSettings = {kind: 'sigv4', ...settings, service: 'aps'};
  const client = clientFor(new URL('/workspaces/ws-1/api/v1/remote_write', url), {
    login,
    headers: {'X-Key': Secret.of('word')},
    followRedirects: true,
  });
  expect(await post(client, {'content-type': 'application/x-protobuf', 'user-agent': 'b/1'})).toMatchObject({
    status: 200,
  });
  expect(requests.map(({path}) => path)).toEqual(['/workspaces/ws-1/api/v1/remote_write', '/other']);
  for (const request of requests) {
    expect(request.headers.authorization).toContain(
      'SignedHeaders=content-length;content-type;host;x-amz-date;x-key, ',
    );
    expect(request.headers.authorization).toContain(`Signature=${signatureOf(request, 'aps', secretKey)}`);
  }
});

test('says what is missing', async () => {
  const {url, requests} = await serve();
  const login: LoginSettings = {kind: 'sigv4', service: 'aps', region: 'us-east-1'};
  expect(await post(clientFor(url, {login}))).toEqual({
    kind: 'failed',
    cause: 'no AWS keys in sigv4, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws/credentials',
  });
  expect(requests).toEqual([]);
});

test('repeats no session token or signature', async () => {
  const {url, requests} = await serve((response, {headers}) =>
    response.writeHead(403).end(JSON.stringify(headers)),
  );
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKey);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretKey);
  vi.stubEnv('AWS_SESSION_TOKEN', 'of-session');
  const answer = await post(clientFor(url, {login: {kind: 'sigv4', service: 'aps', region: 'us-east-1'}}));
  expect(requests[0]?.headers['x-amz-security-token']).toBe('of-session');
  expect(JSON.stringify(answer)).toContain('<secret>');
  expect(JSON.stringify(answer)).not.toMatch(/of-session|Signature=/);
});

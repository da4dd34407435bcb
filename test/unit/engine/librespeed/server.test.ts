import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {locate, parseBaseUrl, withoutToken} from '../../../../src/engine/librespeed/server.ts';
import {layouts} from '../../../../src/reflector/protocol.ts';

describe('parseBaseUrl', () => {
  it.each([
    ['http://host', 'http://host/'],
    ['http://host:8080/speed', 'http://host:8080/speed/'],
    ['https://host/backend/', 'https://host/backend/'],
    ['//host/x', 'https://host/x/'],
    ['HTTP://HOST/', 'http://host/'],
    ['http://[::1]:80/', 'http://[::1]/'],
  ])('takes %s as %s', (text, url) => {
    expect(parseBaseUrl(text)?.href).toBe(url);
  });

  it.each([
    '',
    'host',
    'host:80',
    '/path',
    'ftp://host/',
    'http://',
    'http://user:pass@host/',
    'http://h/?a',
    'http://h/#a',
    'http://h:99999/',
  ])('refuses %j', (text) => {
    expect(parseBaseUrl(text)).toBeUndefined();
  });

  it('never throws, and what it takes it takes again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        const url = parseBaseUrl(text);
        if (url !== undefined) expect(parseBaseUrl(url.href)?.href).toBe(url.href);
      }),
    );
  });
});

it.each([
  ['http://host/token=secret/', 'http://host/token=<secret>/'],
  ['http://host:1/token=secret/backend/', 'http://host:1/token=<secret>/backend/'],
  ['host/token=secret?a=b', 'host/token=<secret>?a=b'],
  ['//host/empty?a=b&token=secret#c', '//host/empty?a=b&token=<secret>#c'],
  ['http://host/speed/', 'http://host/speed/'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutToken(url)).toBe(shown);
});

describe('locate', () => {
  it('puts the services below the base, with a size to download', () => {
    const base = new URL('http://host/speed/');
    const [first] = layouts;
    if (first === undefined) throw new Error('no layout');
    const {download, upload, ping, getIp, echo} = locate(base, first);
    expect([download, upload, ping, getIp, echo].map((url) => url?.href)).toEqual([
      'http://host/speed/garbage?ckSize=100',
      'http://host/speed/empty',
      'http://host/speed/empty',
      'http://host/speed/getIP',
      'http://host/speed/udp',
    ]);
  });

  it('takes a path with a slash or a query as librespeed-cli does', () => {
    const paths = {garbage: '/garbage.php?x=1', empty: 'up', ping: '/ping', getIp: 'ip'};
    const {download, ping} = locate(new URL('http://host/speed/'), paths);
    expect(download.href).toBe('http://host/speed/garbage.php?x=1&ckSize=100');
    expect(ping.href).toBe('http://host/speed/ping');
  });
});

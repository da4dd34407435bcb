import type {Random} from './random.ts';

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'GEŤ',
  '',
] as const;
const paths = [
  '/prometheus',
  '/metrics',
  '/',
  '/-/ready',
  '/%',
  '/%zz',
  '/%00',
  '/..%2f..%2fetc/passwd',
  '//prometheus',
  '/prometheus?a=%ff&a[]=1',
  '/api/v1/results?limit=-1',
  '/api/v1/results/9999999999999999999',
  '*',
  'http://a/prometheus',
  'http://[::1',
  '',
] as const;
const versions = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''] as const;
const headers = [
  'Accept: application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1',
  'Accept: text/plain;q=a;;;,,,;q=',
  'Accept-Encoding: gzip;q=0, deflate, br, *',
  'Accept-Encoding: gzip',
  'If-None-Match: *, W/"x", "',
  'Authorization: Basic !!!!',
  'Authorization: Bearer aaaaaaaaaaaaaaaaaaaa',
  'X-Forwarded-For: 192.0.2.7, 127.0.0.1',
  'Forwarded: for="[2001:db8::1]:4711";by=_x, for="',
  'Connection: close, keep-alive, upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: everything',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked, identity',
  'Range: bytes=0-,0-,0-',
  'Cookie: a=b; c',
  'Host: b',
  'Origin: null',
  ': nothing',
  'No colon',
  ' folded: line',
  '\u0000: \u0001',
] as const;
const bodies = ['', '', '', 'hello', '5\r\nhello\r\n0\r\n\r\n', 'ffffffffffffffff\r\n', '{"a":'] as const;
const ends = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r'] as const;

/** Changes, removes, repeats or inserts a few bytes. */
const mutate = (random: Random, bytes: Buffer): Buffer => {
  let mutated = bytes;
  for (let left = random.below(4); left > 0 && mutated.length > 0; left -= 1) {
    const at = random.below(mutated.length);
    const [before, after] = [mutated.subarray(0, at), mutated.subarray(at)];
    switch (random.below(4)) {
      case 0:
        mutated = Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)]);
        break;
      case 1:
        mutated = Buffer.concat([before, after.subarray(1 + random.below(8))]);
        break;
      case 2:
        mutated = Buffer.concat([before, after.subarray(0, random.below(32)), after]);
        break;
      default:
        mutated = Buffer.concat([before, Buffer.from([random.below(256), random.below(256)]), after]);
    }
  }
  return mutated;
};

/** One request, or what is left of it: from whole and rightly written ones to noise. */
export const randomRequest = (random: Random): Buffer => {
  if (random.below(20) === 0) return Buffer.from(Array.from({length: 200}, () => random.below(256)));
  const end = random.pick(ends);
  const lines = [`${random.pick(methods)} ${random.pick(paths)} ${random.pick(versions)}`, 'Host: a'];
  for (let left = random.below(6); left > 0; left -= 1) lines.push(random.pick(headers));
  const text = `${lines.join(end)}${end}${end}${random.pick(bodies)}`;
  const bytes = Buffer.from(text, random.below(2) === 0 ? 'utf8' : 'latin1');
  return random.below(2) === 0 ? bytes : mutate(random, bytes);
};

const megabyte = 1024 ** 2;

/** Requests that are too large in each of the ways there are. */
export const oversized: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['path', () => Buffer.from(`GET /${'a'.repeat(megabyte)} HTTP/1.1\r\nHost: a\r\n\r\n`)],
  ['query', () => Buffer.from(`GET /prometheus?${'a=b&'.repeat(megabyte / 4)} HTTP/1.1\r\nHost: a\r\n\r\n`)],
  ['method', () => Buffer.from(`${'G'.repeat(megabyte)} / HTTP/1.1\r\nHost: a\r\n\r\n`)],
  ['header', () => Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(megabyte)}\r\n\r\n`)],
  ['name of a header', () => Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${'X'.repeat(megabyte)}: a\r\n\r\n`)],
  [
    'count of headers',
    () => Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${'X: a\r\n'.repeat(megabyte / 6)}\r\n`),
  ],
  [
    'body',
    () =>
      Buffer.from(
        `POST /prometheus HTTP/1.1\r\nHost: a\r\nContent-Length: ${8 * megabyte}\r\n\r\n${'a'.repeat(8 * megabyte)}`,
      ),
  ],
  [
    'chunk',
    () =>
      Buffer.from(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n800000\r\n${'a'.repeat(8 * megabyte)}\r\n`,
      ),
  ],
  [
    'extension of a chunk',
    () =>
      Buffer.from(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(megabyte)}\r\na\r\n0\r\n\r\n`,
      ),
  ],
  ['pipeline', () => Buffer.from('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(megabyte / 40))],
];

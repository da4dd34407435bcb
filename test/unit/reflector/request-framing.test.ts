import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {RequestFraming} from '../../../src/reflector/request-framing.ts';

/** What node:http would get of these pieces, with `|` where a body that is left out ends. */
const passed = (pieces: readonly Buffer[], takesHeads = true): string => {
  let seen = '';
  const framing = new RequestFraming({
    onRest: (bytes) => {
      seen += bytes.toString('latin1');
    },
    onHead: (head) => {
      if (takesHeads) seen += head.toString('latin1');
      return takesHeads;
    },
    onBodyEnd: () => {
      seen += '|';
    },
  });
  for (const piece of pieces) {
    if (framing.skip(piece.length)) continue;
    framing.read(piece);
    piece.fill('?'); // the buffer is used again
  }
  return seen;
};

const whole = (...texts: readonly string[]): readonly Buffer[] => [Buffer.from(texts.join(''), 'latin1')];

const get = 'GET /empty HTTP/1.1\r\nHost: x\r\n\r\n';
const post = (bodyBytes: number, more = ''): string =>
  `POST /empty?r=1 HTTP/1.1\r\nHost: x\r\ncontent-length: ${bodyBytes} \r\n${more}\r\n`;
const taken = 'POST /empty?r=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n|';

describe('RequestFraming', () => {
  it('leaves the bodies of POSTs out', () => {
    expect(passed(whole(get, post(4), 'body', post(1), 'b', get))).toBe(get + taken + taken + get);
  });

  it('passes an empty body on as it is', () => {
    expect(passed(whole(post(0), get))).toBe(post(0) + get);
  });

  const chunked =
    'POST /empty HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n';
  it.each([
    ['chunks', chunked],
    ['Expect', `${post(4, 'Expect: 100-continue\r\n')}body`],
    ['Upgrade', `${post(4, 'Upgrade: h2c\r\n')}body`],
    ['two lengths', `${post(4, 'Content-Length: 4\r\n')}body`],
    ['a length that is none', 'POST /empty HTTP/1.1\r\nContent-Length: +4\r\n\r\nbody'],
    ['another method', 'PUT /empty HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody'],
    ['another version', 'POST /empty HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody'],
    ['a body beyond 1 GiB', post(1024 ** 3 + 1)],
    ['a head without end', `GET /${'x'.repeat(20_000)}`],
    ['TLS', '\x16\x03\x01\x02\x00\r\n\r\n'.padEnd(20_000, '\x01')],
  ])('passes everything on from %s on', (_, text) => {
    expect(passed(whole(post(2), 'ab', text, post(4), 'body'))).toBe(`${taken}${text}${post(4)}body`);
  });

  it('passes everything on when a head is not taken', () => {
    expect(passed(whole(get, post(4), 'body', get), false)).toBe(`${get}${post(4)}body${get}`);
  });

  it('does the same whatever pieces the bytes come in', () => {
    const requests = fc.array(
      fc.oneof(
        fc.constant(get),
        fc.nat(50).map((n) => post(n) + 'x'.repeat(n)),
      ),
    );
    const cuts = fc.array(fc.nat(400));
    fc.assert(
      fc.property(requests, fc.option(fc.constant(chunked)), cuts, (texts, last, at) => {
        const bytes = whole(...texts, last ?? '')[0] ?? Buffer.alloc(0);
        const edges = [0, ...at.filter((each) => each < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, index) => Buffer.from(bytes.subarray(edges[index], edge)));
        expect(passed(pieces)).toBe(passed([Buffer.from(bytes)]));
      }),
    );
  });
});

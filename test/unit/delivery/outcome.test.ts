import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {HttpResponse} from '../../../src/delivery/http/message.ts';
import {outcomeOf, retryAfterMs} from '../../../src/delivery/outcome.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');
const answer = (status: number, body = '', headers: HttpResponse['headers'] = {}): HttpResponse => ({
  kind: 'response',
  status,
  headers,
  body,
  ...(headers['location'] !== undefined && {location: headers['location']}),
});
const outcome = (...given: Parameters<typeof answer>) => outcomeOf(answer(...given), nowMs);

test.each([200, 202, 204])('%i is accepted', (status) => {
  expect(outcome(status, 'whatever it says: 400')).toEqual({kind: 'accepted'});
});

test.each([400, 401, 403, 404, 405, 408, 409, 413, 415, 422])('%i is rejected', (status) => {
  expect(outcome(status, '', {'retry-after': '5'}).kind).toBe('rejected');
});

test.each([100, 407, 429, 500, 501, 502, 503, 504, 599, 600])('%i is tried again', (status) => {
  expect(outcome(status)).toEqual({kind: 'retry', cause: expect.stringContaining(`HTTP ${status}`)});
});

test('no answer is tried again, and its cause told as it is', () => {
  const cause = 'connection refused by 127.0.0.1:9090';
  expect(outcomeOf({kind: 'failed', cause}, nowMs)).toEqual({kind: 'retry', cause});
});

test("tells the receiver's words, on one printable line", () => {
  const body = '\u001b[31mout of order\u001b[0m\r\n\tsample\u2028 for\u0000 series\n';
  expect(outcome(400, body)).toEqual({
    kind: 'rejected',
    status: 400,
    cause: 'HTTP 400 Bad Request: [31mout of order [0m sample for series',
  });
});

test('cuts what a receiver says at length', () => {
  const {cause} = {cause: '', ...outcome(400, '\u{1f600}'.repeat(4000))};
  expect(cause).toBe(`HTTP 400 Bad Request: ${'\u{1f600}'.repeat(500)}…`);
});

test('causes are one printable line', () => {
  fc.assert(
    fc.property(fc.integer({min: 300, max: 599}), fc.string({unit: 'binary'}), (status, text) => {
      const {cause} = {cause: '', ...outcome(status, text, {location: text})};
      expect(cause).toMatch(/^[^\p{C}\u2028\u2029]+$/u);
    }),
  );
});

test('a 429 is rejected where it is not to be retried', () => {
  const headers = {'retry-after': '5'};
  expect(outcomeOf(answer(429, 'too many', headers), nowMs, false)).toEqual({
    kind: 'rejected',
    status: 429,
    cause: 'HTTP 429 Too Many Requests: too many',
  });
  expect(outcomeOf(answer(503, '', headers), nowMs, false)).toMatchObject({kind: 'retry', afterMs: 5000});
});

test('a redirect is tried again and names its target without what may be secret', () => {
  const location = 'https://user:word@mimir.example/api/v1/push?token=word#word';
  const address = 'https://mimir.example/api/v1/push';
  expect(outcome(308, '<a href="...">', {location})).toEqual({
    kind: 'retry',
    cause: `HTTP 308 redirects to "${address}", and redirects are not followed: correct the url`,
  });
  expect(outcome(301, '<a href="...">', {location})).toEqual({
    kind: 'retry',
    cause: `HTTP 301 redirects to "${address}", and following it would drop the results: correct the url`,
  });
  expect(outcome(302)).toEqual({kind: 'retry', cause: expect.stringContaining('HTTP 302 redirects to ""')});
});

test.each([429, 500, 503])('%i waits for as long as it was asked to', (status) => {
  expect(outcome(status, 'slow down', {'retry-after': '7'})).toMatchObject({kind: 'retry', afterMs: 7000});
});

test.each([
  ['0', 0],
  ['7', 7000],
  ['3600', 3_600_000],
  ['3601', 3_600_000],
  ['9'.repeat(400), 3_600_000],
  ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 11:59:59 GMT', 0],
  ['Mon, 23 Nov 2026 12:00:00 GMT', 3_600_000],
])('Retry-After: %s', (header, expected) => {
  expect(retryAfterMs(header, nowMs)).toBe(expected);
});

test.each([
  undefined,
  '',
  ' ',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  'soon',
  '2026-11-22T12:00:30Z',
  'Sunday, 22-Nov-26 12:00:30 GMT',
  'Sun Nov 22 12:00:30 2026',
  'Sun, 99 Nov 2026 12:00:30 GMT',
  'Sun, 22 Nov 2026 12:00:30 +0100',
])('Retry-After: %s is as if it were not there', (header) => {
  expect(retryAfterMs(header, nowMs)).toBeUndefined();
});

test('a wait is from nothing to an hour, whatever the header', () => {
  const header = fc.oneof(
    fc.string(),
    fc.nat().map(String),
    fc.date({noInvalidDate: true}).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(header, (header) => {
      const waitMs = retryAfterMs(header, nowMs) ?? 0;
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(3_600_000);
    }),
  );
});

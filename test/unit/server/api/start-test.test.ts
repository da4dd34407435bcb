import {once} from 'node:events';
import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import {describe, expect, it, vi} from 'vitest';
import type {StartOutcome} from '../../../../src/server/api/start-test.ts';
import {ask, sendRaw} from '../http.ts';
import {jsonOf, openJournal, serve} from './serving.ts';

const json = {'content-type': 'application/json'};
const wan = JSON.stringify({job: 'wan'});

const serveStart = async (outcome: StartOutcome = {kind: 'started'}) => {
  const start = vi.fn((_job: string) => outcome);
  const server = await serve(openJournal(), {start});
  return {...server, start, tests: `${server.url}/api/v1/tests`};
};

describe('starting a test', () => {
  it.each<[StartOutcome, number, unknown]>([
    [{kind: 'started'}, 202, {job: 'wan'}],
    [{kind: 'off'}, 403, {error: 'tests are not started from here (web.start_tests)'}],
    [{kind: 'unknown'}, 404, {error: 'no job is called "wan"'}],
    [{kind: 'busy', running: 'lan'}, 409, {error: 'a test of job lan is running'}],
    [{kind: 'starting'}, 503, {error: 'the bridge is starting'}],
  ])('with %j answers %i', async (outcome, status, body) => {
    const {tests, start} = await serveStart(outcome);
    const answer = await ask(tests, {method: 'POST', headers: json, body: wan});
    expect([answer.status, jsonOf(answer)]).toEqual([status, body]);
    expect(start.mock.calls).toEqual([['wan']]);
  });

  it.each<[string, Record<string, string>, string, number, string]>([
    ['no type', {}, wan, 415, 'a request body has to be application/json'],
    ["a form's type", {'content-type': 'text/plain'}, wan, 415, 'a request body has to be application/json'],
    ['no body and no type', {}, '', 415, 'a request body has to be application/json'],
    ['no JSON', json, '{', 400, "Body is not valid JSON but content-type is set to 'application/json'"],
    ['no object', json, '[]', 400, 'Invalid input: expected object, received array'],
    ['no job', json, '{}', 400, 'job: Invalid input: expected string, received undefined'],
    ['something else', json, '{"job":"wan","a":1}', 400, '"a" is not known here'],
    ['too much', json, JSON.stringify({job: 'x'.repeat(1100)}), 413, 'Request body is too large'],
    [
      'another site',
      {...json, 'sec-fetch-site': 'cross-site'},
      wan,
      403,
      'tests are not started from the pages of other sites',
    ],
    [
      'a sister site',
      {...json, 'sec-fetch-site': 'same-site'},
      wan,
      403,
      'tests are not started from the pages of other sites',
    ],
    [
      'another origin',
      {...json, origin: 'http://evil.example'},
      wan,
      403,
      'tests are not started from the pages of other sites',
    ],
    [
      'no origin at all',
      {...json, origin: 'null'},
      wan,
      403,
      'tests are not started from the pages of other sites',
    ],
  ])('is refused for %s', async (_what, headers, body, status, error) => {
    const {tests, start} = await serveStart();
    const answer = await ask(tests, {method: 'POST', headers, body});
    expect([answer.status, jsonOf(answer)]).toEqual([status, {error}]);
    expect(start).not.toHaveBeenCalled();
  });

  it('is allowed from the own page', async () => {
    const {tests, url} = await serveStart();
    for (const headers of [
      {origin: url},
      {'sec-fetch-site': 'same-origin', origin: 'https://proxy.example'},
    ]) {
      const answer = await ask(tests, {method: 'POST', headers: {...json, ...headers}, body: wan});
      expect(answer.status).toBe(202);
    }
  });

  it('gives leave to send the body to those who wait for it', async () => {
    const {port, start} = await serveStart();
    const head = (version: string) =>
      `POST /api/v1/tests HTTP/${version}\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${wan.length}\r\nExpect: 100-Continue\r\n\r\n`;
    const socket = connect(port, '127.0.0.1');
    socket.write(head('1.1'));
    const [leave] = await once(socket, 'data');
    expect(String(leave)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(start).not.toHaveBeenCalled();
    socket.write(wan);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 202 /);
    // RFC 9110, 10.1.1: no client of HTTP/1.0 waits.
    expect(await sendRaw(port, head('1.0') + wan)).toMatch(/^HTTP\/1\.1 202 /);
  });

  it('takes no parameters', async () => {
    const {tests, start} = await serveStart();
    const answer = await ask(`${tests}?job=lan`, {method: 'POST', headers: json, body: wan});
    expect([answer.status, jsonOf(answer)]).toEqual([400, {error: '"job" is not known here'}]);
    expect(start).not.toHaveBeenCalled();
  });

  it('takes nothing but POST, and no other route takes a body', async () => {
    const {tests, port} = await serveStart();
    expect(await ask(tests)).toMatchObject({status: 405, headers: {allow: 'POST'}});
    const announced = 'Host: a\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}';
    expect(await sendRaw(port, `GET /api/v1/jobs HTTP/1.1\r\n${announced}`)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

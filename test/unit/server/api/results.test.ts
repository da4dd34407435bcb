import {describe, expect, it} from 'vitest';
import {completed, failed, skipped} from '../../../fixtures/results.ts';
import {ask} from '../http.ts';
import {jsonOf, openJournal, serve} from './serving.ts';

const serveFive = async () => {
  const journal = openJournal();
  const results = [
    completed({endedAtMs: 1000}),
    failed({endedAtMs: 2000}),
    completed({endedAtMs: 3000, job: 'lan'}),
    skipped({endedAtMs: 4000}),
    completed({endedAtMs: 5000, healthy: false}),
  ];
  const rows = results.map((result) => journal.append(result));
  const {url} = await serve(journal);
  return {url: `${url}/api/v1/results`, rows};
};

describe('a page of results', () => {
  it('has them newest first, and says where the next page begins', async () => {
    const {url, rows} = await serveFive();
    const stored = rows.map(({id, result}) => ({id, ...result})).reverse();
    expect(jsonOf(await ask(url))).toEqual({results: stored});
    expect(jsonOf(await ask(`${url}?limit=2`))).toEqual({results: stored.slice(0, 2), next: 4});
    expect(jsonOf(await ask(`${url}?limit=2&before=4`))).toEqual({results: stored.slice(2, 4), next: 2});
    expect(jsonOf(await ask(`${url}?limit=2&before=2`))).toEqual({results: stored.slice(4)});
  });

  it.each([
    ['job=lan', [3]],
    ['job=wan&status=completed', [5, 1]],
    ['status=failed', [2]],
    ['from=2000&to=4000', [3, 2]],
    ['from=1970-01-01T00:00:03Z', [5, 4, 3]],
    ['to=1970-01-01T01:00:03%2B01:00', [2, 1]],
    ['job=none', []],
  ])('of %s', async (query, ids) => {
    const {url} = await serveFive();
    expect(jsonOf(await ask(`${url}?${query}`))).toMatchObject({results: ids.map((id) => ({id}))});
  });

  it.each([
    ['limit=0', 'limit: expected a whole number from 1 to 500, found 0'],
    ['limit=501', 'limit: expected a whole number from 1 to 500, found 501'],
    ['limit=', 'limit: expected a whole number from 1 to 500'],
    ['limit=1e2', 'limit: expected a whole number from 1 to 500'],
    ['before=-1', 'before: expected a whole number from 1 to 9007199254740991'],
    ['status=well', 'status: Invalid option: expected one of "completed"|"failed"|"skipped"'],
    ['from=yesterday', 'from: expected Unix milliseconds or ISO 8601 with a zone, found "yesterday"'],
    [
      'from=2026-01-01T00:00:00',
      'from: expected Unix milliseconds or ISO 8601 with a zone, found "2026-01-01T00:00:00"',
    ],
    [
      'to=9999999999999999',
      'to: expected Unix milliseconds or ISO 8601 with a zone, found "9999999999999999"',
    ],
    ['from=5&to=5', 'from: is not before to'],
    ['colour=red', '"colour" is not known here'],
    ['job=a&job=b', '"job" is given more than once'],
    ['__proto__=a', '"__proto__" is not known here'],
  ])('is refused for %s, which it names', async (query, error) => {
    const {url} = await serveFive();
    const answer = await ask(`${url}?${query}`);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toEqual({error});
  });
});

describe('one result', () => {
  it('is given by its number', async () => {
    const {url, rows} = await serveFive();
    expect(jsonOf(await ask(`${url}/2`))).toEqual({id: 2, ...rows[1]?.result});
  });

  it.each([
    ['7', 404, 'result 7 is not kept'],
    ['x', 400, 'id: expected a whole number from 1 to 9007199254740991'],
    ['0', 400, 'id: expected a whole number from 1 to 9007199254740991, found 0'],
    ['2?a=b', 400, '"a" is not known here'],
  ])('%s answers %i', async (path, status, error) => {
    const {url} = await serveFive();
    const answer = await ask(`${url}/${path}`);
    expect(answer.status).toBe(status);
    expect(jsonOf(answer)).toEqual({error});
  });
});

it('what the API does not have is told in JSON', async () => {
  const {url} = await serveFive();
  const missing = await ask(`${url}/2/more`);
  expect([missing.status, jsonOf(missing)]).toEqual([404, {error: 'not found; / names what there is'}]);
  const wrongMethod = await ask(`${url}/2`, {method: 'DELETE'});
  expect([wrongMethod.status, wrongMethod.headers.allow, jsonOf(wrongMethod)]).toEqual([
    405,
    'GET, HEAD',
    {error: '/api/v1/results/2 takes GET and HEAD only'},
  ]);
});

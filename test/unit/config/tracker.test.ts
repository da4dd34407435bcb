import {expect, it} from 'vitest';
import {tracker} from '../../../src/config/tracker.ts';

const problemsOf = (given: unknown): readonly string[] =>
  tracker.safeParse(given).error?.issues.map(({path, message}) => `${path.join('.')}: ${message}`) ?? [];

it('needs an address and a token', () => {
  const read = tracker.parse({url: 'https://speed.example', token: '1|abc'});
  expect(read).toMatchObject({job: 'speedtest', timeZone: 'UTC', intervalMs: 3_600_000});
  expect([read.url.href, read.token.reveal()]).toEqual(['https://speed.example/', '1|abc']);
});

it.each([
  [{token: 'a'}, /^url: /],
  [{url: 'speed.example', token: 'a'}, /^url: an http:\/\/ or https:\/\/ address$/],
  [{url: 'http://speed.example'}, /^: exactly one of token and token_file$/],
  [{url: 'http://speed.example', token: 'a', timezone: 'Berlin'}, /^timezone: /],
  [{url: 'http://speed.example', token: 'a', interval: '0s'}, /^interval: a duration above zero/],
])('%j is refused', (given, problem) => {
  expect(problemsOf(given)).toEqual([expect.stringMatching(problem)]);
});

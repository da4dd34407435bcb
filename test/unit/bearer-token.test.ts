import {expect, it} from 'vitest';
import {bearerToken} from '../../src/bearer-token.ts';

it.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc ', 'abc'],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['Basic abc', undefined],
  [undefined, undefined],
])('the header %j bears %j', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createTokenCheck, readTarget} from '../../../src/reflector/token.ts';

const secret = '0123456789abcdef';

describe('a target', () => {
  it.each([
    ['/empty', '/empty', undefined],
    ['/', '/', undefined],
    ['', '', undefined],
    [`/token=${secret}/empty`, '/empty', secret],
    [`/token=${secret}/backend/empty.php?r=0.1`, '/backend/empty.php', secret],
    [`/token=${secret}/`, '/', secret],
    [`/token=${secret}`, `/token=${secret}`, undefined],
    ['/token=/empty', '/empty', ''],
    ['/token=a%2Fb%20c/empty', '/empty', 'a/b c'],
    ['/token=%ff/empty', '/empty', undefined],
    [`/empty?token=${secret}`, '/empty', secret],
    [`/empty?token=${secret}&cors=true&r=1`, '/empty', secret],
    ['/empty?token=one&token=two', '/empty', 'one'],
    ['/token=path/empty?token=query', '/empty', 'path'],
    ['/a/token=x/empty', '/a/token=x/empty', undefined],
  ])('%j is %j with the token %j', (url, path, token) => {
    const target = readTarget(url);
    expect(target.path).toBe(path);
    expect(target.token).toBe(token);
  });

  it('gives back any token that an address carries', () => {
    fc.assert(
      fc.property(fc.string({minLength: 1, unit: 'grapheme'}), (token) => {
        expect(readTarget(`/token=${encodeURIComponent(token)}/empty`).token).toBe(token);
        expect(readTarget(`/empty?token=${encodeURIComponent(token)}`).token).toBe(token);
      }),
    );
  });

  it('is read from any text', () => {
    fc.assert(
      fc.property(fc.string(), (url) => {
        readTarget(url);
      }),
    );
  });
});

it('admits the right token only', () => {
  const isRight = createTokenCheck(() => secret);
  expect(isRight(secret)).toBe(true);
  for (const wrong of [undefined, '', secret.slice(1), `${secret}0`, secret.toUpperCase()])
    expect(isRight(wrong)).toBe(false);
});

it('reads the right token each time, and admits nobody by one that is too short', () => {
  let right = secret;
  const isRight = createTokenCheck(() => right);
  right = 'fedcba9876543210';
  expect([isRight(secret), isRight(right)]).toEqual([false, true]);
  right = '';
  expect([isRight(''), isRight(undefined)]).toEqual([false, false]);
});

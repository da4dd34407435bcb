import {expect, test} from 'vitest';
import {hasAllowedSan} from '../../../src/server/client-sans.ts';

test.each([
  ['DNS:a.example', ['a.example'], true],
  ['DNS:a.example, DNS:b.example', ['b.example'], true],
  ['DNS:*.example', ['a.example'], false],
  ['IP Address:192.0.2.7', ['192.0.2.7'], true],
  ['IP Address:2001:DB8:0:0:0:0:0:7', ['2001:db8::7'], true],
  ['email:a@b.example, URI:spiffe://home/scraper', ['spiffe://home/scraper'], true],
  ['email:a@b.example', ['a@b.example'], true],
  // A name that holds what looks like another one.
  ['DNS:"evil, DNS:a.example"', ['a.example'], false],
  ['URI:"http://x/, DNS:a.example", DNS:b.example', ['a.example'], false],
  ['URI:"http://x/, DNS:a.example", DNS:b.example', ['b.example'], true],
  ['DirName:"CN = x, DNS:a.example", DNS:b.example', ['a.example'], false],
  ['', ['a.example'], false],
  [undefined, ['a.example'], false],
])('%j has one of %j: %s', (subjectAltName, wanted, expected) => {
  expect(hasAllowedSan(subjectAltName, wanted)).toBe(expected);
});

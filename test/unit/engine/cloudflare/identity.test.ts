import fc from 'fast-check';
import {expect, it} from 'vitest';
import {parseProvider, parseTrace} from '../../../../src/engine/cloudflare/identity.ts';

it.each([
  ['fl=1\nip=2001:db8::1\ncolo=LED\nloc=RU\ntls=off\n', {id: 'LED', name: 'Cloudflare LED', country: 'RU'}],
  ['colo=FRA\r\nloc=T1\r\n', {id: 'FRA', name: 'Cloudflare FRA', country: 'T1'}],
  ['loc=XX\ncolo=fra', {name: 'Cloudflare'}],
  ['xcolo=FRA\nloc=\ncolo=', {name: 'Cloudflare'}],
  ['<html>captive portal</html>', {name: 'Cloudflare'}],
  ['', {name: 'Cloudflare'}],
])('the trace %j tells of %j', (text, server) => {
  expect(parseTrace(text)).toEqual(server);
});

it('any trace gives a name of one line', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.string(),
        fc.string().map((value) => `colo=${value}`),
      ),
    )
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, (trace) => {
      expect(parseTrace(trace).name).toMatch(/^Cloudflare(?: [A-Z]{3})?$/);
    }),
  );
});

it.each([
  ['{"asOrganization": " Example Net ", "asn": 64500, "colo": {"iata": "FRA"}}', 'Example Net'],
  ['{"asOrganization": ""}', undefined],
  ['{"asOrganization": 7}', undefined],
  ['{"asn": 64500}', undefined],
  ['null', undefined],
  ['', undefined],
])('the provider in %j is %s', (text, provider) => {
  expect(parseProvider(text)).toBe(provider);
});

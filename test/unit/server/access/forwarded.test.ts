import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseForwardedElement} from '../../../../src/server/access/forwarded.ts';
import {writtenAddress} from '../../addresses/address-texts.ts';

test('any address is read in each of its forms', () => {
  const port = fc.oneof(
    fc.constant(''),
    fc.nat(65_535).map((number) => `:${number}`),
    fc.constant(':_hidden.port-1'),
  );
  fc.assert(
    fc.property(writtenAddress, port, ({text}, suffix) => {
      const node = text.includes(':') ? `[${text}]${suffix}` : `${text}${suffix}`;
      const plain = parseForwardedElement(`for="${text.includes(':') ? `[${text}]` : text}"`);
      expect(plain).toBeDefined();
      expect(parseForwardedElement(`proto=https;FOR="${node}" ; by=_x`)?.toString()).toBe(plain?.toString());
    }),
  );
});

test('whatever a client writes, what a proxy appends is read as it is', () => {
  fc.assert(
    fc.property(fc.string(), writtenAddress, (claim, {text}) => {
      const own = `for="${text.includes(':') ? `[${text}]` : text}"`;
      const last = `${claim}, ${own}`.split(',').at(-1) ?? '';
      expect(parseForwardedElement(last)?.toString()).toBe(parseForwardedElement(own)?.toString());
    }),
  );
});

test('junk gives no address, and never throws', () => {
  const piece = fc.constantFrom(
    'for',
    '=',
    ';',
    '"',
    '[',
    ']',
    ':',
    '192.0.2.7',
    '::1',
    '_x',
    ' ',
    '\\',
    '80',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const address = parseForwardedElement(text);
      if (address !== undefined) expect(text).toMatch(/for="?(192\.0\.2\.7|\[::1\])/);
    }),
  );
});

import fc from 'fast-check';

/** An address as a number, with one of the ways to write it. Mapped addresses are given as the IPv4 they stand for. */
export interface WrittenAddress {
  readonly bits: 32 | 128;
  readonly number: bigint;
  readonly text: string;
  /** Bits of `text`'s own family: 128 for a mapped address. */
  readonly writtenBits: 32 | 128;
}

const dotted = (number: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join('.');

const ipv4: fc.Arbitrary<WrittenAddress> = fc
  .bigInt({min: 0n, max: 2n ** 32n - 1n})
  .map((number) => ({bits: 32, number, text: dotted(number), writtenBits: 32}));

const groupsOf = (number: bigint): string[] =>
  Array.from({length: 8}, (_, i) => ((number >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));

/** All runs of zero groups that `::` can stand for, and the full form. */
const ipv6Texts = (number: bigint): readonly string[] => {
  const groups = groupsOf(number);
  const texts = [groups.join(':'), groups.map((group) => group.padStart(4, '0')).join(':')];
  for (let from = 0; from < 8; from += 1) {
    for (let to = from + 1; to <= 8; to += 1) {
      if (groups.slice(from, to).some((group) => group !== '0')) break;
      texts.push(`${groups.slice(0, from).join(':')}::${groups.slice(to).join(':')}`);
    }
  }
  const tail = dotted(number & 0xffffffffn);
  const dottedTexts = texts
    // Where `::` stands for groups of the tail, there is none to write in decimals.
    .filter((text) => /^(.*:)?[\da-f]+:[\da-f]+$/.test(text))
    .map((text) => text.replace(/[\da-f]+:[\da-f]+$/, tail));
  return [...texts, ...dottedTexts].flatMap((text) => [text, text.toUpperCase()]);
};

/** Numbers with runs of zero groups, as addresses have them. */
const ipv6Number = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt({min: 0n, max: 0xffffn})), {minLength: 8, maxLength: 8})
  .map((groups) => groups.reduce((sum, group) => (sum << 16n) | group, 0n))
  .filter((number) => number >> 32n !== 0xffffn);

const ipv6: fc.Arbitrary<WrittenAddress> = ipv6Number.chain((number) =>
  fc.constantFrom(...ipv6Texts(number)).map((text) => ({bits: 128, number, text, writtenBits: 128})),
);

const mapped: fc.Arbitrary<WrittenAddress> = fc
  .bigInt({min: 0n, max: 2n ** 32n - 1n})
  .chain((number) =>
    fc
      .constantFrom(`::ffff:${dotted(number)}`, ...ipv6Texts((0xffffn << 32n) | number))
      .map((text) => ({bits: 32, number, text, writtenBits: 128})),
  );

export const writtenAddress: fc.Arbitrary<WrittenAddress> = fc.oneof(ipv4, ipv6, mapped);

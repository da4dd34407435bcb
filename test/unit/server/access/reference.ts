/**
 * Addresses and networks computed by hand, without the code under test: an address is a number of 32 or 128 bits.
 * Reads well-formed texts only.
 */
export interface ReferenceAddress {
  readonly bits: 32 | 128;
  readonly number: bigint;
}

const join = (parts: readonly bigint[], bitsEach: bigint): bigint =>
  parts.reduce((sum, part) => (sum << bitsEach) | part, 0n);

const groupsOf = (text: string): readonly bigint[] =>
  text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));

export const referenceAddress = (text: string): ReferenceAddress => {
  const dotted = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  if (dotted !== undefined) return {bits: 32, number: join(dotted.split('.').map(BigInt), 8n)};
  const [head = '', tail] = text.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return {bits: 128, number: join([...before, ...zeros, ...after], 16n)};
};

/** Whether a list's entry, an address or a network, holds an address. */
export const referenceContains = (entry: string, address: ReferenceAddress): boolean => {
  const [text = '', length] = entry.split('/');
  const base = referenceAddress(text);
  const written = text.includes(':') ? 128 : 32;
  const hostBits = BigInt(written - (length === undefined ? written : Number.parseInt(length, 10)));
  return base.bits === address.bits && base.number >> hostBits === address.number >> hostBits;
};

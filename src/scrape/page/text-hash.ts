/** A number above zero, of 53 bits, that tells lists of texts apart. Two lists can have the same, which is unlikely. */
export const hashOfTexts = (texts: Iterable<string>): number => {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const text of texts) {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b);
    }
    // Ends the text: 0xffff is no character.
    low = Math.imul(low ^ 0xffff, 0x01000193) ^ (low >>> 13);
    high = Math.imul(high ^ 0xffff, 0x85ebca6b) ^ (high >>> 15);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0) + 1;
};

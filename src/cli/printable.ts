/** A text from elsewhere, such as a server's name, that can't move the cursor or break the line of a terminal. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

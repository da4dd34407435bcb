/** From the first of these on letters may take two columns, save for punctuation, arrows and blocks in between. */
const firstWideLetter = 0x1100;
const [firstSign, lastSign] = [0x2000, 0x25ff];

const widthOfLetter = (letter: string): number => {
  const code = letter.codePointAt(0) ?? 0;
  return code < firstWideLetter || (code >= firstSign && code <= lastSign) ? 1 : 2;
};

/** How many columns of a terminal a printable text takes, at most. */
export const widthOf = (text: string): number =>
  [...text].reduce((width, letter) => width + widthOfLetter(letter), 0);

/** The beginning of a text that takes no more than so many columns. */
export const cut = (text: string, columns: number): string => {
  let taken = 0;
  let end = 0;
  for (const letter of text) {
    taken += widthOfLetter(letter);
    if (taken > columns) break;
    end += letter.length;
  }
  return text.slice(0, end);
};

/** The most columns that a name takes, for others to have room beside it. */
export const widestName = (columns: number): number => Math.max(20, Math.floor(columns / 3));

/** As `cut`, with a sign that something is missing where it is. */
export const shorten = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text;
  return columns < 1 ? '' : `${cut(text, columns - 1).trimEnd()}…`;
};

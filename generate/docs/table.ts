/** A table in Markdown. What its cells have of `|` is escaped. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
};

export const code = (text: string): string => `\`${text}\``;

/** `a`, `b`, `c`, or – where there are none. */
export const codes = (texts: readonly string[]): string =>
  texts.length === 0 ? '–' : texts.map(code).join(', ');

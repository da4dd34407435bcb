type Ask = (then: (error: Error | null, words: string[] | undefined) => void) => void;

/**
 * What a shell offers for the last word: what yargs knows; but nothing after a flag whose values it does not know, where
 * it would offer all flags again, so that the shell goes on to the names of files.
 * @param args the words, the last one as far as it was typed.
 */
export const completionOf =
  (args: readonly string[]) =>
  // yargs tells by the number of parameters that this one asks for its own words.
  (_current: string, _given: unknown, askYargs: Ask, offer: (words: string[]) => void): void => {
    const [before = '', last = ''] = args.slice(-2);
    const isValue = before.startsWith('--') && !before.includes('=') && !last.startsWith('-');
    askYargs((_, words = []) => offer(isValue ? words.filter((word) => !word.startsWith('--')) : words));
  };

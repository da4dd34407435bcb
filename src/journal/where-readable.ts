/**
 * What is read of a journal, or undefined where it can't be read at present: for those who can do without, for the journal
 * says itself what is wrong with it.
 */
export const whereReadable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

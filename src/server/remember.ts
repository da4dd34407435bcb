// Clients of which each says something else must not fill the memory.
const mostKnown = 100;

/** The same function of a header, which remembers what it gave for the last hundred values or so. */
export const remember = <Result>(
  read: (header: string | undefined) => Result,
): ((header: string | undefined) => Result) => {
  const known = new Map<string | undefined, Result>();
  return (header) => {
    const before = known.get(header);
    if (before !== undefined) return before;
    if (known.size === mostKnown) known.clear();
    const result = read(header);
    known.set(header, result);
    return result;
  };
};

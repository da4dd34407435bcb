/** How many connections a transfer has: it begins with the least, and more are added while they bring something. */
export interface ConnectionRange {
  readonly least: number;
  readonly most: number;
}

/** Few enough for a small machine at first, and at most as many as draft-ietf-ippm-responsiveness has (`MNP`). */
export const adaptiveConnections: ConnectionRange = {least: 2, most: 16};

/** What twice the connections bring at least while the line is not full: the factor of BBR's Startup. */
const rise = 1.25;
/** How many spans those that were added last have to bring it. */
const patienceSpans = 2;

/**
 * What the bytes of a transfer's spans of time, all of the same length, say of its connections: that more of them are
 * to be added, that the last ones need more time to show what they bring, or that the line is full. `addedAtSpan` is
 * the first span in which the last ones were there; 0 when none have been added.
 */
export const growthOf = (spans: readonly number[], addedAtSpan: number): 'grow' | 'wait' | 'full' => {
  const before = Math.max(0, ...spans.slice(0, addedAtSpan));
  const since = spans.slice(addedAtSpan);
  const best = Math.max(0, ...since);
  if (best > rise * before) return 'grow';
  return before > 0 && since.length >= patienceSpans ? 'full' : 'wait';
};

/** How many connections come after so many: twice as many, within the range. */
export const grown = (connections: number, {most}: ConnectionRange): number =>
  Math.min(2 * connections, most);

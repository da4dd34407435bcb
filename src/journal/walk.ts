import type {History, Place, TimeRange} from './history.ts';
import type {JournalRow} from './row.ts';

/** All rows of a range by time, oldest first, at most `atOnce` of them together, for memory to hold no more. */
export function* walk(
  journal: Pick<History, 'following'>,
  range: TimeRange,
  atOnce: number,
): Generator<readonly JournalRow[]> {
  let place: Place | undefined;
  for (;;) {
    const rows = journal.following(range, place, atOnce);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    place = {endedAtMs: last.result.endedAtMs, id: last.id};
  }
}

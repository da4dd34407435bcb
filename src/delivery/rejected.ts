import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {toBatch} from './ahead.ts';
import type {Attempts} from './attempts.ts';
import {shownBy} from './shown.ts';
import type {Sink} from './sink.ts';

export interface RejectedSettings {
  readonly journal: Journal;
  readonly sink: Sink;
  /** What a `latest` sink is given: the newest row of each job. */
  readonly newest: () => readonly JournalRow[];
  readonly attempts: Attempts;
  readonly signal: AbortSignal;
}

/** Makes one attempt to deliver a once rejected result that a person wants sent again. */
export const deliverAgain = async (
  row: JournalRow,
  {journal, sink, newest, attempts, signal}: RejectedSettings,
): Promise<void> => {
  // A `latest` sink holds one state only, which an old result must not replace.
  const rows = sink.backlog === 'every' ? [row] : newest();
  const numbering = journal.numbering();
  const {request, changes} = toBatch(rows, sink, shownBy(journal, sink));
  const outcome = rows.length === 0 ? ({kind: 'accepted'} as const) : await request.send(signal);
  if (journal.numbering() !== numbering) return;
  if (outcome.kind === 'retry') {
    await attempts.holdOff(outcome, 1);
    return;
  }
  if (outcome.kind === 'accepted') {
    journal.setLive(sink.name, changes);
    journal.taken(sink.name, row.id);
  } else attempts.reject(row.id, outcome.cause);
  attempts.settle(outcome, 1, 1);
};

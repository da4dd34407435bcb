import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {type Ahead, type Batch, isDelivered, toBatch} from './ahead.ts';
import type {Attempts, Delivery} from './attempts.ts';
import {isTooOld, type QueueSettings, tooOld} from './queue.ts';
import type {Sink} from './sink.ts';

export interface WaitingSettings {
  readonly journal: Journal;
  readonly sink: Sink;
  readonly queue: QueueSettings;
  /** What a `latest` sink is given: the newest row of each job. */
  readonly newest: () => readonly JournalRow[];
  readonly ahead: Ahead;
  readonly attempts: Attempts;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly signal: AbortSignal;
}

/** How many rows are passed over at once: other work has its turn before the next. */
const passedAtOnce = 500;

/** The results that wait for a destination. */
export interface Waiting {
  /** Delivers the next of them, or a batch of them, or passes over what is not delivered. Gives false where none waits. */
  deliverNext(): Promise<boolean>;
}

/**
 * Delivers what waits, from the destination's cursor on and in order, and passes over history. A rejected batch is halved
 * until each result has its own verdict; a result that is rejected alone is recorded and never blocks those behind it.
 */
export const createWaiting = (settings: WaitingSettings): Waiting => {
  const {journal, sink, queue, newest, ahead, attempts, onDelivery, signal} = settings;
  let limit = queue.maxResults;

  const newestSince = (doneId: number): Batch | undefined => {
    const rows = newest();
    const size = rows.filter(({id}) => id > doneId).length;
    return size > 0 ? {...toBatch(rows, sink, []), size} : undefined;
  };

  /** Moves the cursor on where nothing of what is next is delivered. */
  const passOver = async (doneId: number, lastId: number): Promise<void> => {
    const rows = sink.backlog === 'every' ? journal.after(doneId, passedAtOnce) : [];
    const delivered = rows.findIndex(isDelivered);
    const history = delivered === -1 ? rows : rows.slice(0, delivered);
    // Without rows, what came in is older than the newest, or the journal has lost it.
    journal.advance(sink.name, rows.length === 0 ? lastId : (history.at(-1)?.id ?? doneId));
    await nextTurn();
  };

  /** Makes the next request ready while one is under way. */
  const readAhead = async (): Promise<void> => {
    // That one leaves first.
    await nextTurn();
    try {
      ahead.extend();
    } catch {
      // It is read again in its turn.
    }
  };

  const deliver = async ({lastId, span, size, request, changes}: Batch): Promise<void> => {
    const numbering = journal.numbering();
    const [outcome] = await Promise.all([
      request.send(signal),
      span === queue.maxResults ? readAhead() : undefined,
    ]);
    // What is now called by these numbers is not what was sent.
    if (journal.numbering() !== numbering) return;
    switch (outcome.kind) {
      case 'accepted':
        journal.advance(sink.name, lastId, changes);
        limit = Math.min(queue.maxResults, limit * 2);
        attempts.settle(outcome, size, size);
        return;
      case 'rejected':
        if (sink.backlog === 'every' && size > 1) {
          // Mimir, Thanos and 2.0 receivers store what they can of a batch that they refuse.
          attempts.perhapsStored(lastId);
          limit = Math.ceil(size / 2);
          attempts.settle(outcome, size, 0);
          return;
        }
        attempts.reject(lastId, outcome.cause);
        attempts.settle(outcome, size, size);
        return;
      case 'retry':
        attempts.perhapsStored(lastId);
        await attempts.holdOff(outcome, size);
        return;
      default:
        outcome satisfies never;
    }
  };

  /** The next result, where it is too old to be sent. */
  const expired = (): JournalRow | undefined => {
    if (queue.ageLimitMs === undefined || sink.backlog !== 'every') return undefined;
    const [row] = journal.after(journal.cursor(sink.name), 1);
    return row !== undefined && isDelivered(row) && isTooOld(row.result.endedAtMs, queue, Date.now())
      ? row
      : undefined;
  };

  /** The destination was not asked, so this says nothing of how it does. */
  const expire = async ({id}: JournalRow): Promise<void> => {
    attempts.reject(id, tooOld.cause);
    onDelivery({destination: sink.name, outcome: tooOld, attempted: 0, settled: 1, lag: attempts.lag()});
    await nextTurn();
  };

  return {
    deliverNext: async () => {
      const old = expired();
      if (old !== undefined) {
        await expire(old);
        return true;
      }
      const doneId = journal.cursor(sink.name);
      const lastId = journal.lastId();
      const batch = sink.backlog === 'every' ? ahead.next(doneId, limit) : newestSince(doneId);
      if (batch !== undefined) await deliver(batch);
      else if (lastId > doneId) await passOver(doneId, lastId);
      return batch !== undefined || lastId > doneId;
    },
  };
};

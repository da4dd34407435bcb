import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Journal, JournalRow} from '../journal/journal.ts';
import {type Ahead, type Batch, toBatch} from './ahead.ts';
import type {Attempts, Delivery} from './attempts.ts';
import type {QueueSettings} from './queue.ts';
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

/** The results that wait for a destination. */
export interface Waiting {
  /** Delivers the next of them, or a batch of them. Gives false where none waits. */
  deliverNext(): Promise<boolean>;
}

/**
 * Delivers what waits, from the destination's cursor on and in order. A rejected batch is halved until each result has its
 * own verdict; a result that is rejected alone is recorded and never blocks those behind it.
 */
export const createWaiting = (settings: WaitingSettings): Waiting => {
  const {journal, sink, queue, newest, ahead, attempts, onDelivery, signal} = settings;
  let limit = queue.maxResults;

  const newestSince = (doneId: number): Batch | undefined => {
    const rows = newest();
    const size = rows.filter(({id}) => id > doneId).length;
    return size > 0 ? {...toBatch(rows, sink, []), size} : undefined;
  };

  const pending = (): Batch | undefined => {
    const doneId = journal.cursor(sink.name);
    const lastId = journal.lastId();
    const batch = sink.backlog === 'every' ? ahead.next(doneId, limit) : newestSince(doneId);
    // What came in is older than the newest, such as imported history, or the journal has lost it: nothing to send.
    if (batch === undefined && lastId > doneId) journal.advance(sink.name, lastId);
    return batch;
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

  const deliver = async ({lastId, size, request, changes}: Batch): Promise<void> => {
    const numbering = journal.numbering();
    const [outcome] = await Promise.all([
      request.send(signal),
      size === queue.maxResults ? readAhead() : undefined,
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
    return row !== undefined && row.result.endedAtMs < Date.now() - queue.ageLimitMs ? row : undefined;
  };

  /** The destination was not asked, so this says nothing of how it does. */
  const expire = async ({id}: JournalRow): Promise<void> => {
    const outcome = {kind: 'rejected', cause: 'older than queue_config.sample_age_limit'} as const;
    attempts.reject(id, outcome.cause);
    onDelivery({destination: sink.name, outcome, attempted: 0, settled: 1, lag: attempts.lag()});
    await nextTurn();
  };

  return {
    deliverNext: async () => {
      const tooOld = expired();
      if (tooOld !== undefined) {
        await expire(tooOld);
        return true;
      }
      const batch = pending();
      if (batch !== undefined) await deliver(batch);
      return batch !== undefined;
    },
  };
};

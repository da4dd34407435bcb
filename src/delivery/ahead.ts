import type {Journal} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {changesBy, isStillShown, type Shown, shownAfter, shownBy} from './shown.ts';
import type {ReadyBatch, Sink} from './sink.ts';

/** Results that are sent together, and what must be known of them once they have been. */
export interface Batch {
  /** The row behind which it begins. */
  readonly afterId: number;
  readonly lastId: number;
  /** How many rows it reaches over, history among them included. */
  readonly span: number;
  /** How many of them the destination has yet to take. */
  readonly size: number;
  /** What the destination shows when its turn comes. */
  readonly before: readonly Shown[];
  /** What it changes of that, once it has been taken. */
  readonly changes: readonly Shown[];
  readonly request: ReadyBatch;
}

/** Whether a row is delivered: history is left to backfills. */
export const isDelivered = ({result}: JournalRow): boolean => result.history !== true;

/** The rows up to the last one that is delivered; none where the first is not. */
const stretchOf = (rows: readonly JournalRow[]): readonly JournalRow[] => {
  const [first] = rows;
  return first !== undefined && isDelivered(first) ? rows.slice(0, rows.findLastIndex(isDelivered) + 1) : [];
};

/**
 * A batch of these rows.
 * @param again gives the same rows once more.
 */
export const toBatch = (
  rows: readonly JournalRow[],
  sink: Sink,
  before: readonly Shown[],
  again = () => rows,
): Batch => {
  const request = sink.timeline?.prepare(rows, before, again) ?? {
    bytes: 0,
    live: [],
    send: (signal) => sink.deliver(rows, signal),
    isBegun: () => false,
  };
  return {
    afterId: 0,
    lastId: Math.max(...rows.map(({id}) => id)),
    span: rows.length,
    size: rows.length,
    before,
    changes: changesBy(rows, request.live, before),
    request,
  };
};

const mostReadyBytes = 16 * 1024 * 1024;

/**
 * The batches of a backlog, made ready before their turn: one while another is under way, and as many as 16 MiB hold
 * while their destination is away, so that it is not kept waiting when it is back.
 */
export class Ahead {
  readonly #journal: Journal;
  readonly #sink: Sink;
  readonly #mostBytes: number;
  /** In order, each beginning where the one before it ends, and made for it to be taken; full ones, but for an only one. */
  #ready: Batch[] = [];
  #limit = 0;
  #numbering = 0;

  constructor(journal: Journal, sink: Sink, mostBytes = mostReadyBytes) {
    this.#journal = journal;
    this.#sink = sink;
    this.#mostBytes = mostBytes;
  }

  /**
   * The results behind a row that are delivered, of at most `limit` rows; undefined when there are none, or the first is
   * history.
   */
  next(afterId: number, limit: number): Batch | undefined {
    const numbering = this.#journal.numbering();
    this.#ready = this.#ready.filter(({lastId}) => lastId > afterId && numbering === this.#numbering);
    this.#numbering = numbering;
    this.#limit = limit;
    const [ready] = this.#ready;
    // Of one that is begun, what is left is to be sent, and not all of it with what has come since.
    const isStillRight = ready?.span === limit || (ready?.request.isBegun() && ready.span < limit);
    if (
      isStillRight &&
      ready?.afterId === afterId &&
      isStillShown(ready.before, this.#journal.live(this.#sink.name))
    )
      return ready;
    const rows = stretchOf(this.#journal.after(afterId, limit));
    if (rows.length === 0) return undefined;
    const made = this.#prepare(rows, afterId, shownBy(this.#journal, this.#sink));
    this.#ready = [made];
    return made;
  }

  /** Makes one more full batch ready. Gives false when there is none, or no room for it. */
  extend(): boolean {
    const last = this.#ready.at(-1);
    const bytes = this.#ready.reduce((sum, {request}) => sum + request.bytes, 0);
    if (last === undefined || last.span < this.#limit || bytes >= this.#mostBytes) return false;
    const rows = stretchOf(this.#journal.after(last.lastId, last.span));
    if (rows.length < last.span) return false;
    this.#ready.push(this.#prepare(rows, last.lastId, shownAfter(last.before, last.changes)));
    return true;
  }

  #prepare(rows: readonly JournalRow[], afterId: number, before: readonly Shown[]): Batch {
    const span = rows.length;
    const again = this.#readAgain(afterId, span);
    return {...toBatch(rows.filter(isDelivered), this.#sink, before, again), afterId, span};
  }

  // A method of its own: a function made where `rows` is would keep them all in memory.
  #readAgain(afterId: number, span: number): () => readonly JournalRow[] {
    return () => this.#journal.after(afterId, span).filter(isDelivered);
  }
}

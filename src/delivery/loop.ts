import {setMaxListeners} from 'node:events';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Journal, JournalRow} from '../journal/journal.ts';
import {maxTimerMs, sleep} from '../sleep.ts';
import {Ahead, type Batch, toBatch} from './ahead.ts';
import {backoffMs} from './backoff.ts';
import type {Gate} from './gate.ts';
import {Live, type RepeatSettings} from './live.ts';
import type {Outcome, Sink} from './sink.ts';

/** What became of an attempt, for logs and metrics. */
export interface Delivery {
  readonly destination: string;
  readonly outcome: Outcome;
  /** How many results the attempt carried. */
  readonly attempted: number;
  /** How many of them the destination is now done with: none where they are tried again, alone or in smaller batches. */
  readonly settled: number;
  /** How many results the destination has yet to take. */
  readonly lag: number;
  /** When the next attempt is made, where this one is made again. */
  readonly retryInMs?: number;
}

/** What the queue of one destination keeps to. */
export interface QueueSettings {
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Most results in one request. */
  readonly maxResults: number;
  /** Results older than this are rejected without being sent. */
  readonly ageLimitMs?: number;
}

// Fewer take more requests, more compress less well: snappy looks back no further than 64 KiB.
export const defaultQueue: QueueSettings = {minBackoffMs: 1000, maxBackoffMs: 5 * 60_000, maxResults: 500};

export interface DeliverySettings {
  readonly journal: Journal;
  readonly sink: Sink;
  readonly gate: Gate;
  /** What a `latest` sink is given: the newest row of each job. */
  readonly newest: () => readonly JournalRow[];
  /** For a sink that can repeat; absent where series are left to themselves between tests. */
  readonly repeat?: RepeatSettings;
  readonly queue?: QueueSettings;
  readonly onDelivery: (delivery: Delivery) => void;
  /** A journal that can't be read or written; the loop tries again after a while. */
  readonly onError: (destination: string, error: unknown) => void;
  readonly random?: () => number;
}

/** A destination's running delivery. */
export interface DeliveryLoop {
  /** Tells the loop that the journal has grown. */
  wake(): void;
  /** Ends an attempt under way, closes the sink, and resolves when nothing is left of it. */
  stop(): Promise<void>;
}

const errorPauseMs = 5000;

/**
 * Delivers a journal's results to one destination from its cursor on, in order, until stopped.
 * Retries for as long as the receiver may yet take a result. A rejected batch is halved until each result has its own
 * verdict; a result that is rejected alone is recorded and never blocks those behind it. Rejected results that a person
 * wants sent again go first, one by one. While nothing waits, the newest results' series are kept visible.
 */
export const startDelivery = (settings: DeliverySettings): DeliveryLoop => {
  const {
    journal,
    sink,
    gate,
    newest,
    queue = defaultQueue,
    onDelivery,
    onError,
    random = Math.random,
  } = settings;
  const live = settings.repeat && sink.repeat ? new Live(journal, sink, settings.repeat) : undefined;
  const ahead = new Ahead(journal, sink);
  const stopping = new AbortController();
  const {signal} = stopping;
  // Each request under way listens, and Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  let awake = new AbortController();
  let limit = queue.maxResults;
  let failures = 0;
  let failureNoted = true; // one of an earlier process may be
  let perhapsStoredId = 0;

  const lag = (): number => journal.lastId() - journal.cursor(sink.name);

  const newestSince = (doneId: number): Batch | undefined => {
    const rows = newest();
    const size = rows.filter(({id}) => id > doneId).length;
    return size > 0 ? {...toBatch(rows, sink), size} : undefined;
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

  /** Uses the time until the next attempt to make its requests ready. */
  const prepareAhead = async (): Promise<void> => {
    while (!signal.aborted && !gate.isClosed() && ahead.extend()) await nextTurn();
  };

  /** After a failed attempt: notes it and waits for the next. */
  const holdOff = async (outcome: Extract<Outcome, {kind: 'retry'}>, attempted: number): Promise<void> => {
    failures += 1;
    const bounds = {minMs: queue.minBackoffMs, maxMs: queue.maxBackoffMs, random};
    // None, or a time that has passed, would be an endless loop of requests.
    const {afterMs = 0} = outcome;
    const retryInMs = afterMs > 0 ? afterMs : backoffMs(failures, bounds);
    const atMs = Date.now();
    journal.noteFailure(sink.name, {cause: outcome.cause, atMs, nextTryMs: atMs + retryInMs});
    failureNoted = true;
    onDelivery({destination: sink.name, outcome, attempted, settled: 0, lag: lag(), retryInMs});
    await prepareAhead();
    // A newer result does not hurry a receiver that failed.
    await sleep(Math.max(0, atMs + retryInMs - Date.now()), signal);
  };

  const settle = (outcome: Outcome, attempted: number, settled: number): void => {
    failures = 0;
    if (failureNoted) journal.noteFailure(sink.name, undefined);
    failureNoted = false;
    onDelivery({destination: sink.name, outcome, attempted, settled, lag: lag()});
  };

  const reject = (resultId: number, words: string): void => {
    // A receiver that stored it and then failed refuses the second copy, as out of order or as a duplicate.
    const cause = resultId <= perhapsStoredId ? `${words} (an earlier attempt may have been stored)` : words;
    journal.reject(sink.name, {resultId, cause, atMs: Date.now()});
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
    reject(id, outcome.cause);
    onDelivery({destination: sink.name, outcome, attempted: 0, settled: 1, lag: lag()});
    await nextTurn();
  };

  const deliverBatch = async (batch: Batch): Promise<void> => {
    const {lastId, size, request} = batch;
    const numbering = journal.numbering();
    const [outcome] = await Promise.all([
      request.send(signal),
      size === queue.maxResults ? readAhead() : undefined,
    ]);
    // What is now called by these numbers is not what was sent.
    if (journal.numbering() !== numbering) return;
    switch (outcome.kind) {
      case 'accepted':
        journal.advance(sink.name, lastId);
        live?.delivered(batch.newest);
        limit = Math.min(queue.maxResults, limit * 2);
        settle(outcome, size, size);
        return;
      case 'rejected':
        if (sink.backlog === 'every' && size > 1) {
          // Mimir, Thanos and 2.0 receivers store what they can of a batch that they refuse.
          perhapsStoredId = lastId;
          limit = Math.ceil(size / 2);
          settle(outcome, size, 0);
          return;
        }
        reject(lastId, outcome.cause);
        settle(outcome, size, size);
        return;
      case 'retry':
        perhapsStoredId = lastId;
        await holdOff(outcome, size);
        return;
      default:
        outcome satisfies never;
    }
  };

  const deliverAgain = async (row: JournalRow): Promise<void> => {
    // A `latest` sink holds one state only, which an old result must not replace.
    const rows = sink.backlog === 'every' ? [row] : newest();
    const numbering = journal.numbering();
    const outcome = rows.length === 0 ? ({kind: 'accepted'} as const) : await sink.deliver(rows, signal);
    if (journal.numbering() !== numbering) return;
    if (outcome.kind === 'retry') {
      await holdOff(outcome, 1);
      return;
    }
    if (outcome.kind === 'accepted') {
      journal.taken(sink.name, row.id);
      live?.delivered([row]);
    } else reject(row.id, outcome.cause);
    settle(outcome, 1, 1);
  };

  /** Repeats or ends series where that is due, else waits until it is or the journal grows. */
  const keepVisible = async (): Promise<void> => {
    const repetition = live?.due(Date.now());
    if (live === undefined || repetition === undefined || sink.repeat === undefined) {
      const nextAtMs = live?.nextAtMs();
      await sleep(nextAtMs === undefined ? maxTimerMs : Math.max(nextAtMs - Date.now(), 1), awake.signal);
      return;
    }
    const outcome = await sink.repeat(repetition.rows, repetition.atMs, repetition.as, signal);
    live.sent(repetition, outcome);
    if (outcome.kind === 'retry') await holdOff(outcome, 0);
    else settle(outcome, 0, 0);
  };

  const step = async (): Promise<void> => {
    if (awake.signal.aborted) awake = new AbortController();
    const [again] = journal.retries(sink.name, 1);
    // A live result and a repetition are small and go at once; everything else waits while a test runs.
    if (gate.isClosed() && (again !== undefined || lag() > 1) && sink.backlog === 'every') {
      await gate.whenOpen(awake.signal);
      return;
    }
    if (again !== undefined) {
      await deliverAgain(again);
      return;
    }
    const tooOld = expired();
    if (tooOld !== undefined) {
      await expire(tooOld);
      return;
    }
    const batch = pending();
    if (batch === undefined) await keepVisible();
    else await deliverBatch(batch);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (signal.aborted) break;
        onError(sink.name, error);
        await sleep(errorPauseMs, signal);
      }
    }
    await sink.close();
  };

  const running = run();
  return {
    wake: () => awake.abort(),
    stop: async () => {
      stopping.abort(new Error('the bridge is stopping'));
      awake.abort();
      await running;
    },
  };
};

import type {Journal} from './journal.ts';

/** Does something with a journal that can be used at present. */
export type Guard = <T>(action: (journal: Journal) => T) => T;

/** A journal each of whose calls goes through `guard`, which also closes the real one. */
export const guardedJournal = (guard: Guard): Omit<Journal, 'close'> => ({
  append: (result) => guard((journal) => journal.append(result)),
  importResult: (result, key) => guard((journal) => journal.importResult(result, key)),
  importResults: (keyed) => guard((journal) => journal.importResults(keyed)),
  wasImported: (key) => guard((journal) => journal.wasImported(key)),
  after: (id, limit) => guard((journal) => journal.after(id, limit)),
  result: (id) => guard((journal) => journal.result(id)),
  newest: (job) => guard((journal) => journal.newest(job)),
  previous: (row) => guard((journal) => journal.previous(row)),
  newestCompleted: (job) => guard((journal) => journal.newestCompleted(job)),
  movedSince: (sinceMs, job) => guard((journal) => journal.movedSince(sinceMs, job)),
  page: (query) => guard((journal) => journal.page(query)),
  following: (range, after, limit) => guard((journal) => journal.following(range, after, limit)),
  steps: (query) => guard((journal) => journal.steps(query)),
  lastId: () => guard((journal) => journal.lastId()),
  startAt: (destination, position) => guard((journal) => journal.startAt(destination, position)),
  cursor: (destination) => guard((journal) => journal.cursor(destination)),
  advance: (destination, id, live) => guard((journal) => journal.advance(destination, id, live)),
  noteFailure: (destination, failure) => guard((journal) => journal.noteFailure(destination, failure)),
  status: (destination) => guard((journal) => journal.status(destination)),
  reject: (destination, rejection) => guard((journal) => journal.reject(destination, rejection)),
  rejections: (destination) => guard((journal) => journal.rejections(destination)),
  newestRejections: (destination, limit) => guard((journal) => journal.newestRejections(destination, limit)),
  retryRejected: (destination, id) => guard((journal) => journal.retryRejected(destination, id)),
  retries: (destination, limit) => guard((journal) => journal.retries(destination, limit)),
  taken: (destination, id) => guard((journal) => journal.taken(destination, id)),
  setLive: (destination, live) => guard((journal) => journal.setLive(destination, live)),
  live: (destination) => guard((journal) => journal.live(destination)),
  prune: (beforeMs, destinations) => guard((journal) => journal.prune(beforeMs, destinations)),
  foreignChanges: () => guard((journal) => journal.foreignChanges()),
  numbering: () => guard((journal) => journal.numbering()),
});

import {faultOf} from './fault.ts';
import {guardedJournal} from './guarded-journal.ts';
import type {Journal} from './journal.ts';
import {Keeper, type KeeperSettings} from './keeper.ts';
import type {JournalRow} from './row.ts';

/** A journal that goes on working whatever happens to its file. */
export interface LastingJournal extends Journal {
  /** How many results are only in memory, because the file can't be written at present. */
  unsaved(): number;
}

/**
 * Opens the journal of a service, together with its lock; see `Keeper` for what it withstands.
 * Gives undefined when another process holds the lock. Throws a `JournalError` for what can't be a journal.
 */
export const openLastingJournal = (settings: KeeperSettings): LastingJournal | undefined => {
  const cursors = new Map<string, number>();
  const shown = new Map<string | undefined, JournalRow>();
  const keeper = Keeper.open(settings, cursors);
  if (keeper === undefined) return undefined;
  const guarded = guardedJournal((action) => keeper.run(action));
  let changes = 0;
  let seen = '';
  const passed = (destination: string, id: number): void => {
    cursors.set(destination, Math.max(cursors.get(destination) ?? 0, id));
  };

  return {
    ...guarded,
    cursor: (destination) => {
      const id = guarded.cursor(destination);
      cursors.set(destination, id);
      return id;
    },
    advance: (destination, id, live) => {
      guarded.advance(destination, id, live);
      passed(destination, id);
    },
    reject: (destination, rejection) => {
      guarded.reject(destination, rejection);
      passed(destination, rejection.resultId);
    },
    newest: (job) => {
      try {
        const row = guarded.newest(job);
        if (row !== undefined) shown.set(job, row);
        // The stand-in of a file that can't even be read does not know what was shown before.
        return row ?? (keeper.unsaved === undefined ? undefined : shown.get(job));
      } catch (error) {
        if (faultOf(error) === undefined) throw error;
        return shown.get(job);
      }
    },
    foreignChanges: () => {
      const now = `${keeper.swaps} ${keeper.unsaved === undefined ? guarded.foreignChanges() : ''}`;
      if (now !== seen) changes += 1;
      seen = now;
      return changes;
    },
    numbering: () => keeper.renumberings,
    unsaved: () => keeper.unsaved ?? 0,
    close: () => keeper.close(),
  };
};

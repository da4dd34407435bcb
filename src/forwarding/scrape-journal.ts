import {existsSync} from 'node:fs';
import {faultOf} from '../journal/fault.ts';
import {setAside} from '../journal/files.ts';
import {createLimiter} from '../limiter.ts';
import {type Block, samplesIn} from '../scrape/block.ts';
import {
  openScrapeDatabase,
  type ScrapeDatabase,
  type StoredScrape,
  samplesInDamaged,
} from './scrape-database.ts';

/**
 * Why a journal lost samples: it was full, its file could not be written or read, or the destinations that had yet to take them
 * are no longer configured.
 */
export type JournalLossReason = 'limit' | 'file' | 'unconfigured';

export interface ScrapeJournalSettings {
  readonly path: string;
  /**
   * Most bytes of the file that may be in use, one scrape's layouts aside. What does not fit displaces the oldest: a thousand
   * scrapes at a time, so that there is more for as long as more have to go.
   */
  readonly limitBytes: number;
  readonly onLost: (samples: number, reason: JournalLossReason) => void;
  readonly log: {error(message: string): void};
  /** A clock that only goes forward, in milliseconds. */
  readonly now?: () => number;
}

/**
 * Scrapes on disk, until every destination is done with them. What was appended has been synced to disk. Trouble with the
 * file is logged, and what it takes along is counted, as far as a damaged one can still tell: no call throws for it.
 */
export interface ScrapeJournal {
  /** Commits the blocks of one scrape, in one transaction. Their values must stay as they are. */
  append(blocks: readonly Block[]): void;
  /** Keeps scrapes for these destinations and no others. A new one starts at the end; what only others had yet to take is lost. */
  keepFor(destinations: readonly string[]): void;
  /** How far a destination has come: the number of the last scrape that it is done with. */
  cursor(destination: string): number;
  /** The first scrape after that number. */
  after(id: number): StoredScrape | undefined;
  /**
   * Notes that a destination is done with all up to this scrape. That is not synced by itself: after a kill, what was
   * delivered in the second before it may be given once more.
   */
  advance(destination: string, id: number): void;
  /**
   * Unix milliseconds of the oldest scrape that a destination has yet to take; undefined where there is none. While the file
   * can't be read, what was given last.
   */
  waitingSinceMs(destination: string): number | undefined;
  close(): void;
}

const logEveryMs = 60_000;
const openEveryMs = 5000;
// However often a file is found damaged: copies of it must not fill the disk.
const replaceEveryMs = 600_000;
const pruneEveryMs = 60_000;
const writeEveryMs = 1000;

/** About what they take in the file, their layouts aside. */
const bytesIn = (blocks: readonly Block[]): number =>
  blocks.reduce(
    (sum, {values, timestampsMs, createdMs}) =>
      sum + values.byteLength + (timestampsMs?.byteLength ?? 0) + (createdMs?.byteLength ?? 0),
    0,
  );

/**
 * Opens the journal of scrapes at `path`, which is made when there is something to write. A file that can't be used is
 * tried again and again; a damaged one is kept aside, and a new one begun. Throws a `JournalError` for one that a newer
 * version wrote.
 */
export const openScrapeJournal = (settings: ScrapeJournalSettings): ScrapeJournal => {
  const {path, limitBytes, onLost, log, now = () => performance.now()} = settings;
  const complaints = createLimiter(logEveryMs);
  const dropLines = createLimiter(logEveryMs);
  const openings = createLimiter(openEveryMs);
  const replacements = createLimiter(replaceEveryMs);
  const prunings = createLimiter(pruneEveryMs, now);
  let db: ScrapeDatabase | undefined;
  let isDamaged = false;
  let lastId = 0;
  /** The scrape that was appended last, and the number of the one before it: most are asked for at once. */
  let newest: {readonly afterId: number; readonly scrape: StoredScrape} | undefined;
  /** When the file was last told where the cursors are. */
  let writtenMs = Number.NEGATIVE_INFINITY;
  /** Whether the destinations are those of `keepFor`, whatever a file says. */
  let isSettled = false;
  // Also those that the file has yet to be told of.
  const cursors = new Map<string, number>();
  /** Where destinations are gone of which the file has yet to be told: up to which scrape nobody else waited when they went. */
  let goneUpTo: number | undefined;
  /** What was last known of the time since when scrapes wait for each. */
  const waitingSince = new Map<string, number | undefined>();

  const complain = (error: unknown): void => {
    if (complaints.next() === undefined) return;
    log.error(
      `journal of scrapes ${path} can't be used: ${String(error)}; what is scraped meanwhile is not delivered`,
    );
  };

  /** Tells a file how far the destinations have come, and which there are. */
  const tell = (database: ScrapeDatabase): void => {
    const {destinations, samples} = database.keepFor(cursors, goneUpTo);
    goneUpTo = undefined;
    if (samples === 0) return;
    onLost(samples, 'unconfigured');
    log.error(
      `journal of scrapes ${path}: ${samples} samples were dropped that only destinations waited for which are no longer configured: ${destinations.join(', ')}`,
    );
  };

  /** Makes a file that was opened go on where this journal is, or this journal where the file is. */
  const takeUp = (opened: ScrapeDatabase): void => {
    const found = opened.lastId();
    if (found < lastId) opened.startAfter(lastId);
    lastId = Math.max(lastId, found);
    const noted = opened.cursors();
    if (!isSettled) for (const [destination, id] of noted) cursors.set(destination, id);
    // A file that could not be opened until now tells where they are; one that is new begins where they are.
    for (const [destination, id] of cursors)
      cursors.set(destination, Math.max(id, noted.get(destination) ?? found));
    // All that it has is from before anybody went.
    goneUpTo = undefined;
    if (isSettled || cursors.size > 0) tell(opened);
  };

  const open = (): ScrapeDatabase => {
    const opened = openScrapeDatabase(path, now);
    try {
      takeUp(opened);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  };

  const replace = (error: unknown): void => {
    isDamaged = replacements.next() === undefined;
    if (isDamaged) return;
    db?.close();
    db = undefined;
    const aside = setAside(path, 'damaged');
    log.error(
      `journal of scrapes ${path} is damaged (${String(error)}): it is kept as ${aside}, and a new one begun; what was in it and had not been delivered is lost`,
    );
    const samples = samplesInDamaged(aside, cursors.size > 0 ? Math.min(...cursors.values()) : 0);
    if (samples > 0) onLost(samples, 'file');
    db = open();
  };

  /** Does something with the file. Gives undefined where it can't be used. */
  const attempt = <T>(action: (database: ScrapeDatabase) => T): T | undefined => {
    try {
      if (isDamaged) replace('as before');
      if (db === undefined && openings.next() !== undefined) db = open();
      return db && action(db);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      if (fault === 'damaged') replaceOrComplain(error);
      else complain(error);
      return undefined;
    }
  };

  const replaceOrComplain = (error: unknown): void => {
    try {
      replace(error);
    } catch (failure) {
      complain(failure);
    }
  };

  const makeRoom = (database: ScrapeDatabase, bytes: number): void => {
    const mostBytes = limitBytes - bytes;
    if (database.bytes() <= mostBytes) return;
    // What all have is no loss.
    tell(database);
    const samples = database.makeRoom(mostBytes);
    if (samples === 0) return;
    onLost(samples, 'limit');
    if (dropLines.next() !== undefined)
      log.error(
        `journal of scrapes ${path} is full (storage.scrapes_limit): its oldest ${samples} samples were dropped, which some destination had yet to take`,
      );
  };

  /** What need not be done where nothing was ever appended. */
  const attemptIfThere = (action: (database: ScrapeDatabase) => void): void => {
    if (db !== undefined || existsSync(path)) attempt(action);
  };

  const writeCursors = (): void => {
    writtenMs = now();
    attemptIfThere(tell);
  };

  attemptIfThere(() => {});

  return {
    append: (blocks) => {
      const [first, ...others] = blocks;
      if (cursors.size === 0 || first === undefined) return;
      const appended = attempt((database) => {
        if (prunings.next() !== undefined) database.prune();
        // Else what comes now would be kept for them, too.
        if (goneUpTo !== undefined) tell(database);
        makeRoom(database, bytesIn(blocks));
        writtenMs = now();
        return database.append(blocks, cursors);
      });
      if (appended === undefined) {
        onLost(samplesIn(blocks), 'file');
        return;
      }
      newest = {afterId: lastId, scrape: {id: appended, blocks: [first, ...others]}};
      lastId = appended;
    },
    keepFor: (destinations) => {
      const gone = [...cursors.keys()].filter((name) => !destinations.includes(name));
      // What they have by now is not lost with them.
      if (gone.length > 0) writeCursors();
      for (const name of gone) {
        cursors.delete(name);
        waitingSince.delete(name);
      }
      for (const name of destinations) if (!cursors.has(name)) cursors.set(name, lastId);
      isSettled = true;
      if (gone.length > 0) goneUpTo = Math.min(lastId, ...cursors.values());
      writeCursors();
    },
    cursor: (destination) => cursors.get(destination) ?? lastId,
    after: (id) => {
      if (id >= lastId) return undefined;
      return id === newest?.afterId ? newest.scrape : attempt((database) => database.after(id));
    },
    advance: (destination, id) => {
      if (!cursors.has(destination)) return;
      cursors.set(destination, id);
      // A sync takes longer than all else that a small scrape does: this is written with the next one, if that is soon.
      if (now() - writtenMs >= writeEveryMs) writeCursors();
    },
    waitingSinceMs: (destination) => {
      const cursor = cursors.get(destination) ?? lastId;
      const read =
        cursor < lastId
          ? attempt((database) => ({sinceMs: database.timeAfter(cursor)}))
          : {sinceMs: undefined};
      if (read !== undefined) waitingSince.set(destination, read.sinceMs);
      return waitingSince.get(destination);
    },
    close: () => {
      if (db !== undefined && cursors.size > 0) writeCursors();
      db?.close();
      db = undefined;
    },
  };
};

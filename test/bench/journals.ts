import {encodeText} from '../../src/exposition/text.ts';
import {openDatabase} from '../../src/journal/database.ts';
import {createJournal, openJournal} from '../../src/journal/sqlite-journal.ts';
import type {CompletedTest} from '../../src/result.ts';
import {median} from './median.ts';
import {map, recordedResults} from './recorded.ts';

/** Makes a journal of recorded results. Unlike the service it does not wait for the disk at each of them. */
export const makeJournal = (path: string, results: number): void => {
  const db = openDatabase(path);
  db.exec('PRAGMA synchronous = OFF');
  const journal = createJournal(db);
  for (const result of recordedResults(results)) journal.append(result);
  // The file alone is copied, without the write-ahead log beside it.
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  journal.close();
};

/** What one journal takes, medians in microseconds. */
export interface JournalTimes {
  /** To append a result and have it synced to disk. */
  readonly appendMicros: number;
  /** To find the newest result and write the text that a scrape gets. */
  readonly scrapeMicros: number;
}

const rounds = 1000;

const microsOf = (work: () => void): number => {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) * 1000;
};

const openMeasured = (path: string) => {
  const journal = openJournal(path);
  const appends: number[] = [];
  const scrapes: number[] = [];
  return {
    measure: (result: CompletedTest): void => {
      appends.push(microsOf(() => journal.append(result)));
      scrapes.push(
        microsOf(() => encodeText([journal.newest(result.job)].flatMap((row) => (row ? map(row) : [])))),
      );
    },
    close: (): JournalTimes => {
      journal.close();
      return {appendMicros: median(appends), scrapeMicros: median(scrapes)};
    },
  };
};

/** Appends to two journals and scrapes them, turn by turn. */
export const compareJournals = (one: string, other: string): readonly [JournalTimes, JournalTimes] => {
  const [first, second] = [openMeasured(one), openMeasured(other)];
  for (const result of recordedResults(rounds)) {
    // The recorded ones are older than what is there. A test that ends now is the newest.
    const now = {...result, endedAtMs: Date.now()};
    first.measure(now);
    second.measure(now);
  }
  return [first.close(), second.close()];
};

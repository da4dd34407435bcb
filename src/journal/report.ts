import {createLimiter} from '../limiter.ts';
import type {Unsaved} from './memory-journal.ts';
import type {Salvaged} from './salvage.ts';

/** Where it is said what of a journal is lost and what is not: one line a call. */
export interface Notices {
  info(message: string): void;
  error(message: string): void;
}

// A disk that is full now and then must not fill up with lines that say so.
const tellEveryMs = 60_000;
const remindEveryMs = 600_000;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const {cause} = error;
  return cause instanceof Error && 'rawCode' in cause ? cause.message : error.message;
};

const counted = (results: number): string => (results === 1 ? '1 result' : `${results} results`);

const described = ({results, firstMs, lastMs, dropped}: Unsaved): string => {
  if (results === 0) return 'no results';
  const [first, last] = [firstMs, lastMs].map((ms) => new Date(ms).toISOString());
  return `${counted(results)} of ${first} to ${last}${dropped > 0 ? ` and ${dropped} before` : ''}`;
};

/** Says what became of the journal at `path`, for people to act on. */
export const createReport = (path: string, notices: Notices) => {
  const journal = `journal ${path}`;
  const tellings = createLimiter(tellEveryMs);
  const reminders = createLimiter(remindEveryMs);
  const upgrades = createLimiter(remindEveryMs);
  let isTold = false;
  return {
    upgrading: (): void => {
      // One that can't be written is tried again and again.
      if (upgrades.next() === undefined) return;
      notices.info(
        `${journal} is of an earlier version and is brought up to date, which takes some ten seconds for a million results`,
      );
    },
    unusable: (error: unknown): void => {
      isTold = tellings.next() !== undefined;
      if (!isTold) return;
      reminders.next();
      notices.error(
        `${journal} can't be used now: ${reasonOf(error)}. Nothing is lost so far: tests, deliveries and what is scraped ` +
          'go on from memory, and the file is tried again and again; what is not in it when this process ends is lost',
      );
    },
    stillUnusable: (error: unknown, unsaved: Unsaved): void => {
      if (reminders.next() === undefined) return;
      isTold = true;
      notices.error(
        `${journal} still can't be used: ${reasonOf(error)}; only in memory are ${described(unsaved)}`,
      );
    },
    usable: (saved: number, dropped: number): void => {
      if (!isTold && dropped === 0) return;
      const lost =
        dropped > 0 ? `${counted(dropped)} were too many for the memory and are lost` : 'nothing is lost';
      notices.info(
        `${journal} can be used again, and has the ${counted(saved)} that only the memory had; ${lost}`,
      );
    },
    lost: (unsaved: Unsaved): void => {
      if (unsaved.results > 0) {
        notices.error(`${journal} could not be written until the end; lost are ${described(unsaved)}`);
      }
    },
    shortened: (lost: number, lastId: number): void => {
      notices.error(
        `${journal} has lost the newest ${counted(lost)} of ${lastId} that had been recorded: it was deleted or emptied, ` +
          'its -wal file was removed, or an older copy put in its place',
      );
    },
    damaged: (error: unknown, {aside, results, unreadable, positions}: Salvaged): void => {
      notices.error(
        `${journal} was damaged (${reasonOf(error)}) and is kept as ${aside}; ${counted(results)} of it are saved in a ` +
          `new journal, ${counted(unreadable)} could not be read` +
          (positions ? '' : '; how far each destination had come could not be read: they go on from here'),
      );
    },
    writtenBack: (aside: string | undefined): void => {
      const kept = aside === undefined ? '' : `; what was in its place is kept as ${aside}`;
      notices.error(`${journal} was deleted or replaced, and is written back: nothing is lost${kept}`);
    },
    notWrittenBack: (error: unknown): void => {
      notices.error(
        `${journal} was deleted or replaced, and can't be written back now: ${reasonOf(error)}; what it holds is lost ` +
          'when this process ends',
      );
    },
  };
};

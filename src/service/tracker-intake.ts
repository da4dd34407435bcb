import type {Config} from '../config/schema.ts';
import {createClock} from '../import/clock.ts';
import type {Imported} from '../import/source.ts';
import {SourceError} from '../import/source-error.ts';
import {fetchTrackerResult} from '../import/tracker-api.ts';
import type {ImportJournal} from '../journal/import-journal.ts';
import {sleep} from '../sleep.ts';
import type {Log} from '../telemetry/log.ts';
import {logResult} from '../telemetry/result-log.ts';

export interface TrackerIntakeSettings {
  /** The tracker of the configuration at present. */
  readonly tracker: () => Config['tracker'];
  readonly journal: Pick<ImportJournal, 'importResult'>;
  readonly log: Log;
  /** Told when a result is in the journal. */
  readonly onImported: () => void;
  /** How long a test that is not over is left to itself. */
  readonly unfinishedMs?: number;
}

/** Fetches the results of which a Speedtest Tracker's webhook tells. */
export interface TrackerIntake {
  /** Has a result fetched, by its number. Gives false where too many are waiting. */
  take(resultId: number): boolean;
  /** Fetches no more, and resolves when nothing is under way. */
  stop(): Promise<void>;
}

const mostWaiting = 100;
const mostAttempts = 6;

/**
 * Fetches one result after the other from the tracker's API and takes each into the journal, once: with the key that
 * `import tracker-api` gives it for the same job. What can't be fetched is logged, and left to that command.
 */
export const createTrackerIntake = (settings: TrackerIntakeSettings): TrackerIntake => {
  const {tracker, journal, log, onImported, unfinishedMs = 10_000} = settings;
  const waiting = new Set<number>();
  const stopping = new AbortController();
  const {signal} = stopping;
  let running: Promise<void> | undefined;

  /** The result, once its test is over. */
  const finished = async (resultId: number): Promise<Imported> => {
    for (let attempt = 1; ; attempt += 1) {
      const access = tracker();
      if (access === undefined) return {kind: 'wrong', problem: 'the configuration has no tracker any more'};
      const reading = {job: access.job, clock: createClock(access.url.origin, access.timeZone)};
      const given = {url: access.url, token: access.token.reveal()};
      const imported = await fetchTrackerResult(given, resultId, reading, signal);
      if (imported.kind !== 'unfinished' || attempt === mostAttempts) return imported;
      await sleep(unfinishedMs, signal);
      signal.throwIfAborted();
    }
  };

  const fetchOne = async (resultId: number): Promise<void> => {
    const name = `result ${resultId} of Speedtest Tracker`;
    const left = (why: string): void => log.warn(`${name} is left out: ${why}`);
    try {
      const imported = await finished(resultId);
      if (imported.kind === 'wrong') left(imported.problem);
      else if (imported.kind === 'unfinished') left('its test is not over; import it later');
      else if (journal.importResult(imported.result, imported.key) === undefined)
        log.debug(`${name} was there already`);
      else {
        logResult(log, imported.result);
        onImported();
      }
    } catch (error) {
      if (signal.aborted) return;
      left(`${error instanceof SourceError ? error.message : String(error)}; import it later`);
    }
  };

  const fetchAll = async (): Promise<void> => {
    for (const resultId of waiting) {
      await fetchOne(resultId);
      if (signal.aborted) return;
      // Only now: the tracker tells of the same one several times, and asks again where the answer is slow.
      waiting.delete(resultId);
    }
    running = undefined;
  };

  return {
    take: (resultId) => {
      if (signal.aborted) return false;
      if (waiting.has(resultId)) return true;
      if (waiting.size >= mostWaiting) return false;
      waiting.add(resultId);
      running ??= fetchAll();
      return true;
    },
    stop: async () => {
      stopping.abort(new Error('the bridge is stopping'));
      await running;
      if (waiting.size > 0)
        log.warn(
          `results ${[...waiting].join(', ')} of Speedtest Tracker were not fetched; import them later`,
        );
    },
  };
};

import type {Progress} from '../../engine/engine.ts';
import type {JournalRow} from '../../journal/journal.ts';
import {createLimiter} from '../../limiter.ts';
import type {EngineFailure} from '../../result.ts';
import type {ProgressEvent} from './shapes.ts';
import {storedResult} from './stored-result.ts';

/** Told what happens to one test, in this order; each listener hears of it at once. */
export interface TestReport {
  readonly onProgress: (event: Progress) => void;
  readonly onFellBack: (from: EngineFailure) => void;
  /** The test is over; without a row, its result could not be kept. */
  readonly ended: (row: JournalRow | undefined) => void;
}

/** Someone who watches tests run. */
export interface Watcher {
  readonly event: (event: ProgressEvent) => void;
  /** There will be no more events. */
  readonly end: () => void;
}

/** Passes on how tests go while they run, from where they run to who watches. */
export interface ProgressHub {
  /** The job whose test is running. */
  running(): string | undefined;
  started(job: string): TestReport;
  /**
   * Tells a watcher what is running at present, and then what happens, until the returned function is called. Undefined
   * where there are too many watchers already.
   */
  watch(watcher: Watcher): (() => void) | undefined;
  /** How many watch. */
  watching(): number;
  /** Ends all watchers, who may come back. */
  endAll(): void;
  /** Ends all watchers for good. */
  close(): void;
}

const progressEveryMs = 200;
const mostWatchers = 64;

/** @param nowMs a clock that only goes forward, in milliseconds. */
export const createProgressHub = (nowMs?: () => number): ProgressHub => {
  const watchers = new Set<Watcher>();
  /** What a new watcher has to know of the running test: its start and its last progress. */
  let started: (ProgressEvent & {kind: 'started'}) | undefined;
  let progress: (ProgressEvent & {kind: 'progress'}) | undefined;
  let isClosed = false;

  const tell = (event: ProgressEvent): void => {
    for (const watcher of watchers) watcher.event(event);
  };

  const endAll = (): void => {
    for (const watcher of watchers) watcher.end();
    watchers.clear();
  };

  return {
    running: () => started?.job,
    started: (job) => {
      const limiter = createLimiter(progressEveryMs, nowMs);
      progress = undefined;
      started = {kind: 'started', job, atMs: Date.now()};
      tell(started);
      return {
        onProgress: (event) => {
          const isNewPhase = progress?.progress.phase !== event.phase;
          progress = {kind: 'progress', job, progress: event};
          if (limiter.next() !== undefined || isNewPhase) tell(progress);
        },
        onFellBack: (from) => tell({kind: 'fell-back', job, from}),
        ended: (row) => {
          started = undefined;
          progress = undefined;
          tell(row === undefined ? {kind: 'idle'} : {kind: 'ended', result: storedResult(row)});
        },
      };
    },
    watch: (watcher) => {
      if (isClosed || watchers.size >= mostWatchers) return undefined;
      watchers.add(watcher);
      watcher.event({kind: 'idle'});
      if (started !== undefined) watcher.event(started);
      if (progress !== undefined) watcher.event(progress);
      return () => {
        watchers.delete(watcher);
      };
    },
    watching: () => watchers.size,
    endAll,
    close: () => {
      isClosed = true;
      endAll();
    },
  };
};

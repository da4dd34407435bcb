import type {Progress} from '../../engine/engine.ts';
import type {JournalRow} from '../../journal/row.ts';
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
  /** What a new watcher has to know of the running test: its start, who failed, and the newest progress of each phase. */
  let started: (ProgressEvent & {kind: 'started'}) | undefined;
  let fallbacks: readonly ProgressEvent[] = [];
  /** The phase that runs is the last. */
  const newest = new Map<Progress['phase'], ProgressEvent>();
  let isClosed = false;

  const forget = (): void => {
    started = undefined;
    fallbacks = [];
    newest.clear();
  };

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
      forget();
      started = {kind: 'started', job, atMs: Date.now()};
      tell(started);
      return {
        onProgress: (event) => {
          const isNewPhase = [...newest.keys()].at(-1) !== event.phase;
          const progress: ProgressEvent = {kind: 'progress', job, progress: event};
          newest.delete(event.phase);
          newest.set(event.phase, progress);
          if (limiter.next() !== undefined || isNewPhase) tell(progress);
        },
        onFellBack: (from) => {
          const fallback: ProgressEvent = {kind: 'fell-back', job, from};
          fallbacks = [...fallbacks, fallback];
          // What is told from now on is the next one's.
          newest.clear();
          tell(fallback);
        },
        ended: (row) => {
          forget();
          tell(row === undefined ? {kind: 'idle'} : {kind: 'ended', result: storedResult(row)});
        },
      };
    },
    watch: (watcher) => {
      if (isClosed || watchers.size >= mostWatchers) return undefined;
      watchers.add(watcher);
      watcher.event({kind: 'idle'});
      if (started !== undefined) watcher.event(started);
      for (const event of [...fallbacks, ...newest.values()]) watcher.event(event);
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

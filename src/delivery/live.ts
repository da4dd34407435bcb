import type {Journal, JournalRow} from '../journal/journal.ts';
import {newestOfJobs} from './newest.ts';
import type {Outcome, Sink} from './sink.ts';

/** How a destination's series are kept visible between tests. */
export interface RepeatSettings {
  /** How often the newest result of each job is sent again with the current time. */
  readonly intervalMs: number;
  /** When a job's series end that no newer result has replaced; undefined for a job that is gone: at once. */
  readonly lapsesAtMs: (job: string, endedAtMs: number) => number | undefined;
}

/** What a `Live` asks to be sent. */
export interface Repetition {
  readonly rows: readonly JournalRow[];
  readonly atMs: number;
  readonly as: 'values' | 'stale';
}

/**
 * How long a repetition waits behind its time. A result is in the journal within this time of its end, also when another
 * process writes it: a sample repeated sooner could be newer than a result that is yet to come, which the receiver would
 * then refuse.
 */
export const settledMs = 5000;

/**
 * Keeps the series of a destination's newest results visible: between tests their values are repeated with the
 * current time, so that a query sees an hourly test as it would see a scraped one; once a job's tests stay away, or the
 * job is gone, its series are ended by stale markers. Repetitions never enter the journal.
 */
export class Live {
  readonly #journal: Journal;
  readonly #destination: string;
  readonly #settings: RepeatSettings;
  #repeatedAtMs = 0;

  constructor(journal: Journal, sink: Sink, settings: RepeatSettings) {
    this.#journal = journal;
    this.#destination = sink.name;
    this.#settings = settings;
  }

  /** Notes which results the destination now shows. An older one, of imported history, does not replace a newer. */
  delivered(batch: readonly JournalRow[]): void {
    const shown = this.#shown();
    for (const {id, result} of newestOfJobs([...shown, ...batch])) {
      if (shown.some((row) => row.id === id)) continue;
      const {job, endedAtMs} = result;
      this.#journal.setLive(this.#destination, {job, resultId: id, lastSampleMs: endedAtMs});
    }
  }

  /** When `due` next has something, Unix milliseconds; undefined while nothing is shown. */
  nextAtMs(): number | undefined {
    const rows = this.#shown();
    if (rows.length === 0) return undefined;
    const lapses = rows.map(({result}) => this.#lapsesAtMs(result.job, result.endedAtMs));
    return Math.min(this.#repeatsAtMs(rows), ...lapses) + settledMs;
  }

  /** What to send now, if anything. */
  due(nowMs: number): Repetition | undefined {
    const atMs = nowMs - settledMs;
    const rows = this.#shown();
    const lapsed = rows.filter(({result}) => this.#lapsesAtMs(result.job, result.endedAtMs) <= atMs);
    if (lapsed.length > 0) return {rows: lapsed, atMs, as: 'stale'};
    if (rows.length === 0 || this.#repeatsAtMs(rows) > atMs) return undefined;
    return {rows: rows.filter(({result}) => result.endedAtMs < atMs), atMs, as: 'values'};
  }

  /** Records what became of a repetition. One that is rejected is left, as the next one will be. */
  sent({rows, atMs, as}: Repetition, outcome: Outcome): void {
    if (outcome.kind === 'retry') return;
    if (as === 'values') this.#repeatedAtMs = atMs;
    else for (const {result} of rows) this.#journal.endLive(this.#destination, result.job);
  }

  #shown(): JournalRow[] {
    return this.#journal
      .live(this.#destination)
      .flatMap(({resultId}) => this.#journal.result(resultId) ?? []);
  }

  /** Counted from the oldest result, so that a job that tests often does not put off the repetition of the others. */
  #repeatsAtMs(rows: readonly JournalRow[]): number {
    const oldestMs = Math.min(...rows.map(({result}) => result.endedAtMs));
    return Math.max(this.#repeatedAtMs, oldestMs) + this.#settings.intervalMs;
  }

  /** Later than the result in any case: a receiver would refuse an earlier marker. */
  #lapsesAtMs(job: string, endedAtMs: number): number {
    return Math.max(this.#settings.lapsesAtMs(job, endedAtMs) ?? 0, endedAtMs + 1);
  }
}

import type {Journal, LiveResult} from '../journal/journal.ts';
import type {JournalRow} from '../journal/row.ts';
import {type Shown, shownBy} from './shown.ts';
import type {Outcome, Sink, Timeline} from './sink.ts';

/** How a destination's series are kept visible between tests. */
export interface RepeatSettings {
  /** How often the newest result of each job is sent again with the current time; Infinity for never. */
  readonly intervalMs: number;
  /** When a job's series end that no newer result has replaced; undefined for a job that is gone: at once. */
  readonly lapsesAtMs: (job: string, endedAtMs: number) => number | undefined;
}

export interface LiveSettings {
  readonly journal: Journal;
  readonly sink: Sink;
  readonly timeline: Timeline;
  readonly settings: RepeatSettings;
}

/** What a `Live` asks to be sent. */
export interface Repetition {
  /** The results whose values are sent again. */
  readonly rows: readonly JournalRow[];
  /** The names of the series that end. */
  readonly ended: readonly string[];
  readonly atMs: number;
  /** What the destination shows of these jobs then. */
  readonly live: readonly LiveResult[];
}

/** How it stands with a job at a time. */
interface Standing {
  readonly shown: Shown;
  /** The result whose series stay; undefined where they end. */
  readonly row: JournalRow | undefined;
  /** The names of the series that this result has. */
  readonly kept: readonly string[];
}

/**
 * How long a repetition waits behind its time. A result is in the journal within this time of its end, also when another
 * process writes it: a sample repeated sooner could be newer than a result that is yet to come, which the receiver would
 * then refuse.
 */
export const settledMs = 5000;

/**
 * How long a series is looked back at, for which a marker is worth while: Prometheus looks back for 5 minutes unless its
 * flag query.lookback-delta says otherwise. Besides, a marker of today would keep history from being delivered behind it.
 */
const lookBackMs = 3_600_000;

/**
 * Keeps the series of a destination's newest results visible: between tests their values are repeated with the current
 * time, so that a query sees an hourly test as it would see a scraped one. Series that these results do not have, or not
 * any more since the configuration has changed, are ended by stale markers; so are all of a job whose tests stay away, or
 * that is gone. Repetitions are not results: the journal notes no more of them than the time of the last.
 */
export class Live {
  readonly #journal: Journal;
  readonly #sink: Sink;
  readonly #timeline: Timeline;
  readonly #settings: RepeatSettings;
  readonly #startedAtMs: number;
  readonly #firstAtMs: number;

  /**
   * @param nowMs the time of the start.
   * @param random from 0 to below 1.
   */
  constructor(
    {journal, sink, timeline, settings}: LiveSettings,
    nowMs: number = Date.now(),
    random: () => number = Math.random,
  ) {
    this.#journal = journal;
    this.#sink = sink;
    this.#timeline = timeline;
    this.#settings = settings;
    this.#startedAtMs = nowMs - settledMs;
    this.#firstAtMs = this.#startedAtMs + Math.floor(random() * settings.intervalMs);
  }

  /** When `due` next has something, Unix milliseconds; undefined while nothing is shown. */
  nextAtMs(): number | undefined {
    const jobs = this.#standings(-Infinity);
    if (jobs.length === 0) return undefined;
    const kept = keptOf(jobs);
    const changes = jobs.map((job) =>
      Math.max(isToChange(job, kept) ? 0 : this.#lapsesAtMs(job.shown), job.shown.lastSampleMs + 1),
    );
    return Math.min(this.#repeatsAtMs(jobs), ...changes) + settledMs;
  }

  /** What to send now, if anything. */
  due(nowMs: number): Repetition | undefined {
    const atMs = nowMs - settledMs;
    const jobs = this.#standings(atMs);
    const kept = keptOf(jobs);
    const isRepeated = this.#repeatsAtMs(jobs) <= atMs;
    const concerned = jobs
      .filter(({shown}) => shown.lastSampleMs < atMs)
      .filter((job) => isRepeated || isToChange(job, kept));
    if (concerned.length === 0) return undefined;
    const repeats = Number.isFinite(this.#settings.intervalMs);
    return {
      rows: repeats ? concerned.flatMap(({row}) => row ?? []) : [],
      ended: concerned
        .filter(({shown}) => shown.lastSampleMs > atMs - lookBackMs)
        .flatMap(({shown}) => shown.series.filter((name) => !kept.has(name))),
      atMs,
      live: concerned.map(({shown: {job, resultId, lastSampleMs, series}, kept: own}) => ({
        job,
        resultId,
        lastSampleMs: repeats ? atMs : lastSampleMs,
        series: repeats ? own : series.filter((name) => own.includes(name)),
      })),
    };
  }

  /**
   * Makes one attempt. A repetition that is rejected is left, as the next one will be. Gives undefined where there was
   * nothing to send, only to note.
   */
  async send({rows, ended, atMs, live}: Repetition, signal: AbortSignal): Promise<Outcome | undefined> {
    const numbering = this.#journal.numbering();
    const isEmpty = rows.length === 0 && ended.length === 0;
    const outcome = isEmpty ? undefined : await this.#timeline.repeat(rows, ended, atMs, signal);
    // What is now called by these numbers is not what was sent.
    const isNoted = outcome?.kind !== 'retry' && this.#journal.numbering() === numbering;
    if (isNoted) this.#journal.setLive(this.#sink.name, live);
    return outcome;
  }

  #standings(atMs: number): readonly Standing[] {
    return shownBy(this.#journal, this.#sink).map((shown) => {
      const row = this.#lapsesAtMs(shown) <= atMs ? undefined : shown.row;
      return {shown, row, kept: row === undefined ? [] : this.#timeline.seriesOf(row)};
    });
  }

  /** Counted from the job of the oldest sample: one that tests often does not put off the repetition of the others. */
  #repeatsAtMs(jobs: readonly Standing[]): number {
    const lastSamplesMs = jobs.filter(({row}) => row !== undefined).map(({shown}) => shown.lastSampleMs);
    const atMs = Math.min(...lastSamplesMs) + this.#settings.intervalMs;
    // What was due before the start would be sent at once by all of a fleet that starts together, and in step from then on.
    return atMs < this.#startedAtMs ? this.#firstAtMs : atMs;
  }

  #lapsesAtMs({job, row}: Shown): number {
    return (row && this.#settings.lapsesAtMs(job, row.result.endedAtMs)) ?? -Infinity;
  }
}

const keptOf = (jobs: readonly Standing[]): ReadonlySet<string> => new Set(jobs.flatMap(({kept}) => kept));

/** Whether something of the job ends. What another job keeps does not. */
const isToChange = ({row, shown}: Standing, kept: ReadonlySet<string>): boolean =>
  row === undefined || shown.series.some((name) => !kept.has(name));

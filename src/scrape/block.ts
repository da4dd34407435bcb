import type {Labels} from '../metrics/sample.ts';

/**
 * The types of OpenMetrics 1.0, section 4.4, of which text 0.0.4 has some: `untyped` there is `unknown` here. A layout
 * keeps a type as its place here: new ones go to the end.
 */
export const metricTypes = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;
export type MetricType = (typeof metricTypes)[number];

/** What a page says of a metric family: its TYPE, HELP and UNIT lines. Texts are empty where it says nothing. */
export interface Family {
  /** As in those lines: without `_total`, `_bucket` and the like. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

/** A series as it leaves a scrape: after all relabelling, `__name__` among its labels, sorted by name, none empty. */
export interface ScrapedSeries {
  readonly labels: Labels;
  readonly family: Family;
}

/**
 * The series of a block, in order. It holds them as bytes, for there may be hundreds of thousands, and it is the same
 * object from scrape to scrape for as long as a target has the same series.
 */
export interface Layout {
  /** The same for the same series in the same order, in every process. */
  readonly key: string;
  /** What `readLayout` makes the same layout of. */
  readonly bytes: Uint8Array;
  readonly size: number;
  seriesAt(index: number): ScrapedSeries;
}

/** OpenMetrics 1.0, section "Exemplars". */
export interface Exemplar {
  /** Which of the block's series it belongs to. */
  readonly index: number;
  /** Sorted by name, none empty. */
  readonly labels: Labels;
  readonly value: number;
  /** Unix milliseconds; absent where the page gives none. */
  readonly timestampMs?: number;
}

/**
 * Samples of one time: what a scrape brought, what it says of itself (`up` and its kin), or the ends of series. One row
 * of the journal of scrapes.
 */
export interface Block {
  readonly layout: Layout;
  /** The time of the scrape, Unix milliseconds. */
  readonly timeMs: number;
  /** A value for each series; where it ends, the bits of the stale marker. Copied as a whole: a NaN may lose bits. */
  readonly values: Float64Array;
  /** Where the page gave times that count: one for each series, NaN for those without. Unix milliseconds. */
  readonly timestampsMs?: Float64Array;
  /** Where the page gave created timestamps: as above. */
  readonly createdMs?: Float64Array;
  readonly exemplars?: readonly Exemplar[];
}

/** How many samples these blocks have. */
export const samplesIn = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, {values}) => sum + values.length, 0);

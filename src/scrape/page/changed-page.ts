import type {Labels} from '../../metrics/sample.ts';
import type {Family, ScrapedSeries} from '../block.ts';
import {createLayout} from '../layout.ts';
import {Cursor} from '../parse/cursor.ts';
import {creationOf, isOfFamily, withUniformBound} from '../parse/family.ts';
import {type FamilyLine, takeFamilyLine} from '../parse/family-line.ts';
import {FloatReader} from '../parse/float-reader.ts';
import {type ExposedSeries, takeSeries} from '../parse/series-text.ts';
import {findCreatedLines} from './created-times.ts';
import {createKnownHeads, headEnd, type KnownHeads} from './known-heads.ts';
import {droppedSample, LineTable, noSample, repeatedSample} from './line-table.ts';
import type {RememberedPage} from './remembered-page.ts';
import {readRest, type SampleSettings} from './repeated-lines.ts';
import type {SampleValues} from './sample-values.ts';
import {createSeriesSet, hashOf, type SeriesSet} from './series-set.ts';

/** What becomes of a series' labels, `__name__` among them; undefined for one that is dropped. May throw a `PageError`. */
export type ToLabels = (series: ExposedSeries) => Labels | undefined;

/** Where the reading of a page that is like the last one stopped. */
export interface Progress {
  readonly line: number;
  readonly at: number;
  /** Where the lines up to there begin. */
  readonly starts: Uint32Array;
}

const newline = 0x0a;
const hash = 0x23;
const float = new FloatReader();

/**
 * Reads the lines of a page from the first one on that is not as in the last page. A head that the last page had somewhere is
 * looked up by its bytes; any other is parsed, and its labels are made, once.
 */
export class ChangedPage {
  readonly #last: RememberedPage | undefined;
  readonly #values: SampleValues;
  readonly #settings: SampleSettings;
  readonly #toLabels: ToLabels;
  readonly #cursor: Cursor;
  readonly #lines: LineTable;
  /** The series so far: those of the last page by their places there. */
  readonly #series: (ScrapedSeries | number)[] = [];
  readonly #hashes: number[] = [];
  readonly #known: SeriesSet = createSeriesSet((place) => this.#labelsAt(place));
  /** The place of each series of the last page, or -1. */
  readonly #newPlaces: Int32Array;
  readonly #families = new Map<string, Family>();
  /** The families of the last page: lines under the same object are under the same metadata. */
  readonly #lastFamilies = new Map<string, Family>();
  #family: Family | undefined;
  #heads: KnownHeads | undefined;
  /** The line of the last page that may well be the next one. */
  #expected: number;
  #added = 0;
  #isEnded = false;

  constructor(
    page: Buffer,
    last: RememberedPage | undefined,
    {line, at, starts}: Progress,
    values: SampleValues,
    settings: SampleSettings,
    toLabels: ToLabels,
  ) {
    this.#last = last;
    this.#values = values;
    this.#settings = settings;
    this.#toLabels = toLabels;
    this.#cursor = new Cursor(page, at);
    this.#expected = line;
    this.#newPlaces = new Int32Array(last?.layout.size ?? 0).fill(-1);
    this.#lines = last?.lines.copyOfFirst(line, starts) ?? new LineTable();
    for (const family of new Set(last?.lines.families)) {
      if (family !== undefined) this.#lastFamilies.set(keyOf(family), family);
    }
    for (let index = 0; index < line; index += 1) {
      const place = this.#lines.places[index] ?? noSample;
      if (place >= 0) this.#keep(place);
      this.#enter(this.#lines.families[index]);
    }
  }

  /** Reads some lines, and tells whether there are more. Throws a `PageError`. */
  read(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      if (this.#cursor.at >= this.#cursor.page.length) {
        if (this.#settings.format === 'openmetrics' && !this.#isEnded)
          throw this.#cursor.error('expected # EOF');
        return false;
      }
      this.#readLine();
    }
    return true;
  }

  /** What is to be remembered of the page, and what has become of the series. */
  finish(): {
    readonly remembered: RememberedPage;
    /** How many series there are that the last page did not have. */
    readonly added: number;
    /** The places in the last layout of the series that the page has no more. */
    readonly vanished: readonly number[];
  } {
    const {page: bytes} = this.#cursor;
    const lines = this.#lines;
    const layout = createLayout(this.#allSeries());
    const createdLines = findCreatedLines(lines, layout.size);
    const {format} = this.#settings;
    const hashes = Float64Array.from(this.#hashes);
    return {
      remembered: {format, bytes, lines, layout, hashes, ...(createdLines && {createdLines})},
      added: this.#added,
      vanished: this.#vanished(),
    };
  }

  #readLine(): void {
    const cursor = this.#cursor;
    const isText = this.#settings.format === 'text';
    const start = cursor.at;
    if (isText) cursor.skipBlanks();
    if (isText ? cursor.skip(newline) : this.#skipEnd()) {
      this.#expected += 1;
      this.#addLine(start, noSample, 0);
    } else if (cursor.peek() === hash) {
      const line = takeFamilyLine(cursor, this.#settings.format);
      if (line !== undefined) this.#describe(line);
      this.#expected += 1;
      this.#addLine(start, noSample, 0);
    } else {
      cursor.at = start;
      this.#readSample(start);
    }
  }

  /** OpenMetrics' last line. */
  #skipEnd(): boolean {
    const cursor = this.#cursor;
    if (!cursor.skipText('# EOF')) return false;
    cursor.skip(newline);
    if (cursor.at < cursor.page.length) throw cursor.error('unexpected data behind # EOF');
    this.#isEnded = true;
    return true;
  }

  #addLine(start: number, place: number, creation: number): void {
    this.#lines.add(start, this.#cursor.at - start, place, creation, this.#family);
  }

  #describe(line: FamilyLine): void {
    const before = this.#families.get(line.name);
    const family: Family = {type: 'unknown', help: '', unit: '', ...before, ...line};
    this.#enter(this.#lastFamilies.get(keyOf(family)) ?? family);
  }

  #enter(family: Family | undefined): void {
    if (family === undefined || family === this.#family) return;
    this.#family = family;
    this.#families.set(family.name, family);
  }

  #readSample(start: number): void {
    const cursor = this.#cursor;
    const known = this.#findLine(start);
    const place = known === undefined ? this.#parseSeries(start) : this.#repeat(start, known);
    const value = float.read(cursor.page, cursor.at);
    if (value === undefined) throw cursor.error('expected a number behind the series');
    if (place >= 0) this.#values.set(place, value);
    cursor.at = readRest(cursor.page, float.end, place, this.#values, this.#settings);
  }

  /** The line of the last page with the same head and the same metadata. Those of repeated series are parsed again. */
  #findLine(start: number): number | undefined {
    if (this.#last === undefined) return undefined;
    const {bytes, lines} = this.#last;
    const end = headEnd(this.#cursor.page, start);
    const from = lines.starts[this.#expected] ?? 0;
    const to = from + (lines.headBytes[this.#expected] ?? 0);
    const isExpected =
      to - from === end - start &&
      to <= bytes.length &&
      this.#cursor.page.compare(bytes, from, to, start, end) === 0;
    this.#heads ??= isExpected ? undefined : createKnownHeads(bytes, lines);
    const line = isExpected ? this.#expected : this.#heads?.find(this.#cursor.page, start, end);
    if (line === undefined) return undefined;
    this.#expected = line + 1;
    if (lines.families[line] !== this.#family) return undefined;
    const place = lines.places[line] ?? noSample;
    return place >= 0 || place === droppedSample ? line : undefined;
  }

  /** Takes a line of the last page over, and gives the place of its series. */
  #repeat(start: number, line: number): number {
    const lines = this.#last?.lines;
    const lastPlace = lines?.places[line] ?? noSample;
    const place = lastPlace === droppedSample ? droppedSample : this.#keep(lastPlace);
    this.#cursor.at = start + (lines?.headBytes[line] ?? 0);
    this.#addLine(start, place, lines?.creations[line] ?? 0);
    return place;
  }

  #keep(lastPlace: number): number {
    const labelsHash = this.#last?.hashes[lastPlace] ?? 0;
    const isRepeated = (this.#newPlaces[lastPlace] ?? -1) >= 0;
    const same = this.#known.find(labelsHash, () => this.#lastLabels(lastPlace));
    if (isRepeated || same !== undefined) return repeatedSample;
    const place = this.#append(lastPlace, labelsHash);
    this.#newPlaces[lastPlace] = place;
    return place;
  }

  #append(series: ScrapedSeries | number, labelsHash: number): number {
    const place = this.#series.length;
    this.#series.push(series);
    this.#hashes.push(labelsHash);
    this.#known.add(labelsHash, place);
    return place;
  }

  #parseSeries(start: number): number {
    const exposed = takeSeries(this.#cursor, this.#settings.format);
    const context = this.#family;
    const family: Family =
      context !== undefined && isOfFamily(exposed.name, context)
        ? context
        : {name: exposed.name, type: 'unknown', help: '', unit: ''};
    const creation = this.#settings.format === 'openmetrics' ? creationOf(exposed, family) : undefined;
    const group = creation === undefined ? 0 : hashOf(creation.group) * (creation.isTime ? -1 : 1);
    const labels = this.#toLabels(withUniformBound(exposed, context?.type ?? 'unknown'));
    const place = labels === undefined ? droppedSample : this.#add({labels, family});
    this.#addLine(start, place, group);
    return place;
  }

  #add(series: ScrapedSeries): number {
    const labelsHash = hashOf(series.labels.flat());
    if (this.#known.find(labelsHash, () => series.labels) !== undefined) return repeatedSample;
    this.#added += 1;
    return this.#append(series, labelsHash);
  }

  #lastLabels(lastPlace: number): Labels {
    return this.#last?.layout.seriesAt(lastPlace).labels ?? [];
  }

  #labelsAt(place: number): Labels {
    const series = this.#series[place];
    return typeof series === 'number' ? this.#lastLabels(series) : (series?.labels ?? []);
  }

  *#allSeries(): Generator<ScrapedSeries> {
    for (const series of this.#series) {
      if (typeof series !== 'number') yield series;
      else if (this.#last !== undefined) yield this.#last.layout.seriesAt(series);
    }
  }

  #vanished(): readonly number[] {
    const vanished: number[] = [];
    this.#newPlaces.forEach((place, lastPlace) => {
      if (place >= 0) return;
      // It may be there still, written in another way.
      const same = this.#known.find(this.#last?.hashes[lastPlace] ?? 0, () => this.#lastLabels(lastPlace));
      if (same === undefined) vanished.push(lastPlace);
    });
    return vanished;
  }
}

const keyOf = ({name, type, help, unit}: Family): string => JSON.stringify([name, type, help, unit]);

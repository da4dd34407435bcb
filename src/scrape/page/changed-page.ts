import type {Labels} from '../../metrics/sample.ts';
import type {Family, ScrapedSeries} from '../block.ts';
import {createLayoutBuilder} from '../layout.ts';
import {Cursor} from '../parse/cursor.ts';
import {creationOf, isOfFamily, withUniformBound} from '../parse/family.ts';
import {type FamilyLine, takeFamilyLine} from '../parse/family-line.ts';
import {FloatReader} from '../parse/float-reader.ts';
import {type ExposedSeries, takeSeries} from '../parse/series-text.ts';
import {findCreatedLines} from './created-times.ts';
import {createLastLines, type LastLines} from './last-lines.ts';
import {droppedSample, type LineTable, noSample, repeatedSample} from './line-table.ts';
import type {RememberedPage} from './remembered-page.ts';
import {readRest, type SampleSettings} from './repeated-lines.ts';
import type {SampleValues} from './sample-values.ts';
import {hashOfTexts} from './text-hash.ts';

/** What becomes of a series' labels, `__name__` among them; undefined where it is dropped. May throw a `PageError`. */
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
 * Reads the lines of a page from the first one on that is not as in the last page. A head that the last page had
 * somewhere is looked up by its bytes; any other is parsed, and its labels are made, once.
 */
export class ChangedPage {
  readonly #last: RememberedPage;
  readonly #lastLines: LastLines;
  readonly #values: SampleValues;
  readonly #settings: SampleSettings;
  readonly #toLabels: ToLabels;
  readonly #cursor: Cursor;
  readonly #lines: LineTable;
  /** The series so far. */
  readonly #layout = createLayoutBuilder();
  /** Of each series of the last page whether it is among them. */
  readonly #isKept: Uint8Array;
  /** How many lines at the beginning are as in the last page, and of how many of them the series are taken over. */
  readonly #repeated: number;
  #takenOver = 0;
  readonly #families = new Map<string, Family>();
  /** That of the lines of metadata before the present line. */
  #family: Family | undefined;
  #added = 0;
  #isEnded = false;

  constructor(
    page: Buffer,
    last: RememberedPage,
    {line, at, starts}: Progress,
    values: SampleValues,
    settings: SampleSettings,
    toLabels: ToLabels,
  ) {
    this.#last = last;
    this.#lastLines = createLastLines(last, line);
    this.#values = values;
    this.#settings = settings;
    this.#toLabels = toLabels;
    this.#cursor = new Cursor(page, at);
    this.#repeated = line;
    this.#isKept = new Uint8Array(last.layout.size);
    this.#lines = last.lines.copyOfFirst(line, starts);
  }

  /** Reads some lines, and tells whether there are more. Throws a `PageError`. */
  read(count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      if (this.#takenOver < this.#repeated) {
        this.#takeOver();
        continue;
      }
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
    const vanished = this.#vanished();
    const layout = this.#layout.finish();
    const createdLines = findCreatedLines(lines, layout.size);
    const {format} = this.#settings;
    return {
      remembered: {format, bytes, lines, layout, ...(createdLines && {createdLines})},
      added: this.#added,
      vanished,
    };
  }

  /** Takes over what is known of the next line that is as in the last page. */
  #takeOver(): void {
    const line = this.#takenOver;
    const place = this.#lines.places[line] ?? noSample;
    if (place >= 0) this.#keep(place);
    this.#enter(this.#lines.families[line]);
    this.#takenOver += 1;
  }

  #readLine(): void {
    const cursor = this.#cursor;
    const isText = this.#settings.format === 'text';
    const start = cursor.at;
    if (isText) cursor.skipBlanks();
    if (isText ? cursor.skip(newline) : this.#skipEnd()) {
      this.#lastLines.pass();
      this.#addLine(start, noSample, 0);
    } else if (cursor.peek() === hash) {
      const line = takeFamilyLine(cursor, this.#settings.format);
      if (line !== undefined) this.#describe(line);
      this.#lastLines.pass();
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
    this.#enter(this.#lastLines.familyAs(family));
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
    const line = this.#lastLines.find(this.#cursor.page, start);
    const {families, places} = this.#last.lines;
    if (line === undefined || families[line] !== this.#family) return undefined;
    const place = places[line] ?? noSample;
    return place >= 0 || place === droppedSample ? line : undefined;
  }

  /** Takes a line of the last page over, and gives the place of its series. */
  #repeat(start: number, line: number): number {
    const {places, headBytes, creations} = this.#last.lines;
    const lastPlace = places[line] ?? noSample;
    const place = lastPlace === droppedSample ? droppedSample : this.#keep(lastPlace);
    this.#cursor.at = start + (headBytes[line] ?? 0);
    this.#addLine(start, place, creations[line] ?? 0);
    return place;
  }

  /** Gives the place of a series of the last page in the layout of this one. */
  #keep(lastPlace: number): number {
    if (!this.#layout.addOnce(this.#last.layout.seriesAt(lastPlace))) return repeatedSample;
    this.#isKept[lastPlace] = 1;
    return this.#layout.size() - 1;
  }

  #parseSeries(start: number): number {
    const exposed = takeSeries(this.#cursor, this.#settings.format);
    const context = this.#family;
    const family: Family =
      context !== undefined && isOfFamily(exposed.name, context)
        ? context
        : {name: exposed.name, type: 'unknown', help: '', unit: ''};
    const creation = this.#settings.format === 'openmetrics' ? creationOf(exposed, family) : undefined;
    const group = creation === undefined ? 0 : hashOfTexts(creation.group) * (creation.isTime ? -1 : 1);
    const labels = this.#toLabels(withUniformBound(exposed, context?.type ?? 'unknown'));
    const place = labels === undefined ? droppedSample : this.#add({labels, family});
    this.#addLine(start, place, group);
    return place;
  }

  #add(series: ScrapedSeries): number {
    if (!this.#layout.addOnce(series)) return repeatedSample;
    this.#added += 1;
    return this.#layout.size() - 1;
  }

  #vanished(): readonly number[] {
    const vanished: number[] = [];
    this.#isKept.forEach((isKept, lastPlace) => {
      if (isKept === 1) return;
      // It may be there still, written in another way.
      if (!this.#layout.has(this.#last.layout.seriesAt(lastPlace).labels)) vanished.push(lastPlace);
    });
    return vanished;
  }
}

import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Block} from '../block.ts';
import {createLayout} from '../layout.ts';
import type {PageFormat} from '../parse/series-text.ts';
import {ChangedPage, type Progress, type ToLabels} from './changed-page.ts';
import {readCreatedTimes} from './created-times.ts';
import {LineTable} from './line-table.ts';
import type {RememberedPage} from './remembered-page.ts';
import {readRepeatedLines, type SampleSettings} from './repeated-lines.ts';
import {SampleValues} from './sample-values.ts';

/** What a page holds. */
export interface PageContents extends Omit<Block, 'timeMs'>, Change {
  /** How many samples it has. */
  readonly scraped: number;
  /** How many of them relabelling leaves. */
  readonly relabelled: number;
}

/** How the series of a page differ from those of the last one. */
interface Change {
  /** How many series it has that the last page had not. */
  readonly added: number;
  /** The series that the last page had and this one has not, by their places in the last layout. */
  readonly vanished: readonly number[];
}

/** Reads the pages of one target, one after the other. */
export interface PageMemory {
  /**
   * Reads a page. Where it has the series of the last one in the same order, its layout is the same object. A series
   * that is there twice has its first value. Rejects with a `PageError` where Prometheus would not take the page
   * either; the last page then stays the last one that was read.
   */
  read(page: Buffer, format: PageFormat): Promise<PageContents>;
}

export interface PageMemorySettings extends Omit<SampleSettings, 'format'> {
  readonly toLabels: ToLabels;
}

// A few milliseconds each, for others to have their turn in between.
const repeatedLinesAtOnce = 20_000;
const changedLinesAtOnce = 1_000;

const lastLine = Buffer.from('# EOF');

/** Whether a page ends without a line feed where it may: in OpenMetrics, behind `# EOF` alone. */
const lacksNewline = (page: Buffer, format: PageFormat): boolean =>
  format === 'text'
    ? page.length > 0 && page.at(-1) !== 0x0a
    : page.subarray(-lastLine.length).equals(lastLine);

const withLastNewline = (page: Buffer, format: PageFormat): Buffer =>
  lacksNewline(page, format) ? Buffer.concat([page, Buffer.from('\n')]) : page;

export const createPageMemory = ({toLabels, ...settings}: PageMemorySettings): PageMemory => {
  let last: RememberedPage = {
    format: 'text',
    bytes: Buffer.of(),
    lines: new LineTable(),
    layout: createLayout([]),
  };
  /** Taken by turns with those of the last page. */
  let spareStarts = new Uint32Array(0);

  /** Reads what is as it was, and tells how far that goes. */
  const readRepeated = async (
    known: RememberedPage,
    page: Buffer,
    values: SampleValues,
    sampleSettings: SampleSettings,
  ): Promise<Progress> => {
    const {bytes, lines} = known;
    if (spareStarts.length < lines.count) spareStarts = new Uint32Array(lines.count);
    const repeated = {last: bytes, lines, page, values, starts: spareStarts};
    let progress = {line: 0, at: 0};
    for (let to = repeatedLinesAtOnce; ; to += repeatedLinesAtOnce) {
      progress = readRepeatedLines(repeated, {from: progress.line, at: progress.at, to}, sampleSettings);
      if (progress.line < to) return {...progress, starts: spareStarts};
      await nextTurn();
    }
  };

  return {
    read: async (given, format) => {
      const page = withLastNewline(given, format);
      const sampleSettings = {...settings, format};
      const values = new SampleValues(last.layout.size);
      // Of a page in the other format only the series are known.
      const known = last.format === format ? last : {...last, lines: new LineTable()};
      const {lines} = known;
      const progress = await readRepeated(known, page, values, sampleSettings);
      let change: Change = {added: 0, vanished: []};
      if (lines.count > 0 && progress.line === lines.count && progress.at === page.length) {
        [lines.starts, spareStarts] = [spareStarts, lines.starts];
        last = {...known, bytes: page};
      } else {
        const changed = new ChangedPage(page, known, progress, values, sampleSettings, toLabels);
        while (changed.read(changedLinesAtOnce)) await nextTurn();
        const {remembered, ...difference} = changed.finish();
        last = remembered;
        change = difference;
      }
      const createdMs = readCreatedTimes(last);
      return {
        layout: last.layout,
        ...values.finish(last.layout.size),
        ...(createdMs && {createdMs}),
        scraped: last.lines.samples,
        relabelled: last.lines.samples - last.lines.dropped,
        ...change,
      };
    },
  };
};

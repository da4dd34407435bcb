import type {Layout} from '../block.ts';
import type {PageFormat} from '../parse/series-text.ts';
import type {LineTable} from './line-table.ts';

/** What is kept of a target's last page, so that the next one need not be read in full. */
export interface RememberedPage {
  readonly format: PageFormat;
  readonly bytes: Buffer;
  readonly lines: LineTable;
  readonly layout: Layout;
  /** Of each series the line that tells since when it counts, or -1; absent where the page has no such lines. */
  readonly createdLines?: Int32Array;
}

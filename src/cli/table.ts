import {shorten, widestName, widthOf} from './columns.ts';
import type {Colour, Terminal} from './terminal.ts';

export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  readonly align?: 'right';
  /** The columns of a terminal that is too narrow give way in this order; one without it stays. */
  readonly givesWay?: number;
}

const gap = '  ';
/** The last column takes what is left, and is not worth having below this width. */
const narrowestLast = 10;

const pad = ({text, colour}: Cell, width: number, align: 'right' | undefined, {paint}: Terminal): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  const painted = colour === undefined ? text : paint(colour, text);
  return align === 'right' ? space + painted : painted + space;
};

/**
 * Rows as lines of text, with a heading. The last column is cut to the terminal's width, and others give way before; none
 * of these is wider than a name may be.
 */
export const tableLines = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
): readonly string[] => {
  const all = columns.map((column, index) => {
    const most = index === columns.length - 1 ? terminal.columns : widestName(terminal.columns);
    const cells = rows.map(column.cell);
    const widest = cells.reduce((width, {text}) => Math.max(width, widthOf(text)), widthOf(column.title));
    return {...column, cells, width: Math.min(widest, most)};
  });
  const widthWith = (shown: typeof all): number =>
    shown.reduce(
      (sum, {width}, index) =>
        sum + (index === shown.length - 1 ? Math.min(width, narrowestLast) : width + gap.length),
      0,
    );
  let shown = all;
  while (widthWith(shown) > terminal.columns) {
    const order = shown.flatMap(({givesWay}) => givesWay ?? []);
    if (order.length === 0) break;
    const first = Math.min(...order);
    shown = shown.filter(({givesWay}) => givesWay !== first);
  }
  const line = (cellOf: (column: (typeof all)[number]) => Cell): string => {
    let left = terminal.columns;
    return shown
      .map((column) => {
        const {text, ...rest} = cellOf(column);
        const fitting = {...rest, text: shorten(text, Math.min(column.width, left))};
        left -= column.width + gap.length;
        return pad(fitting, column.width, column.align, terminal);
      })
      .join(gap)
      .trimEnd();
  };
  return [
    line(({title}) => ({text: title, colour: 'bold'})),
    ...rows.map((_, index) => line(({cells}) => cells[index] ?? {text: ''})),
  ];
};

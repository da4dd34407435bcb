import fc from 'fast-check';
import {expect, it} from 'vitest';
import {widthOf} from '../../../src/cli/columns.ts';
import {type Column, tableLines} from '../../../src/cli/table.ts';
import {terminalOf} from '../../../src/cli/terminal.ts';

type Row = readonly [name: string, rate: string, story: string];

const columns: readonly Column<Row>[] = [
  {title: 'Name', cell: ([text]) => ({text, colour: 'green'})},
  {title: 'Rate', cell: ([, text]) => ({text}), align: 'right', givesWay: 1},
  {title: 'Story', cell: ([, , text]) => ({text}), givesWay: 2},
];
const rows: readonly Row[] = [
  ['wan', '5 bit/s', 'a long story of what went wrong'],
  ['東京', '941 Mbit/s', ''],
];
const wide = (width: number) => terminalOf({isTTY: true, columns: width}, {NO_COLOR: '1'});

it('aligns its columns, wide letters too', () => {
  expect(tableLines(columns, rows, wide(80))).toEqual([
    'Name        Rate  Story',
    'wan      5 bit/s  a long story of what went wrong',
    '東京  941 Mbit/s',
  ]);
});

it.each([
  [30, 'wan      5 bit/s  a long stor…'],
  [25, 'wan   a long story of wh…'],
  [14, 'wan'],
  [2, 'w…'],
])('in %i columns cuts the last one, and then leaves some out', (width, line) => {
  expect(tableLines(columns, rows, wide(width))[1]).toBe(line);
});

it('shortens long names, for the rest to have room', () => {
  const long: Row = ['a name that says where the line is and whose it is', '5 bit/s', 'down'];
  expect(tableLines(columns, [long], wide(60))[1]).toBe('a name that says wh…  5 bit/s  down');
  expect(tableLines(columns, [long], terminalOf({}, {}))[1]).toBe(`${long[0]}  5 bit/s  down`);
});

it('is never wider than the terminal', () => {
  const text = fc.string({unit: 'grapheme-ascii', maxLength: 20});
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, text)), fc.integer({min: 2, max: 60}), (given, width) => {
      for (const line of tableLines(columns, given, wide(width))) {
        expect(widthOf(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});

it.each([
  [{isTTY: true, columns: 80}, {}, true],
  [{isTTY: true, columns: 80}, {NO_COLOR: '1'}, false],
  [{isTTY: true, columns: 80}, {TERM: 'dumb'}, false],
  [{isTTY: false}, {}, false],
])('on %j with %j has colours: %s', (stream, env, isColoured) => {
  const [, line = ''] = tableLines(columns, rows, terminalOf(stream, env));
  expect(line.includes('\u001b[32mwan')).toBe(isColoured);
});

it('has 80 columns where the terminal knows none, and room for all where there is no terminal', () => {
  expect(terminalOf({isTTY: true, columns: 0}, {}).columns).toBe(80);
  expect(terminalOf({}, {}).columns).toBe(1000);
});

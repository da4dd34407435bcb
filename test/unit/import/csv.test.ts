import fc from 'fast-check';
import {expect, it} from 'vitest';
import {readCsv, rowsOf} from '../../../src/import/csv.ts';

const read = (text: string) => [...readCsv(text)];

it('gives fields, with the line on which their record begins', () => {
  expect(read('a,b\r\n\r\n"1,""2""\r\n3",\n x,"y" \n')).toEqual([
    {line: 1, fields: ['a', 'b'], isWhole: true},
    {line: 3, fields: ['1,"2"\r\n3', ''], isWhole: true},
    {line: 5, fields: [' x', 'y '], isWhole: true},
  ]);
});

it('tells a file that ends within a field', () => {
  expect(read('a\n"b\nc')).toEqual([
    {line: 1, fields: ['a'], isWhole: true},
    {line: 2, fields: ['b\nc'], isWhole: false},
  ]);
});

it('gives back whatever was written, with or without quotes where they are not needed', () => {
  const field = fc.string({unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ü', '1')});
  const records = fc.array(fc.array(field, {minLength: 1, maxLength: 4}), {maxLength: 5});
  fc.assert(
    fc.property(records, fc.boolean(), fc.constantFrom('\n', '\r\n'), (written, always, end) => {
      const encode = (text: string): string =>
        always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const text = written.map((fields) => `${fields.map(encode).join()}${end}`).join('');
      // A record of one empty field is an empty line.
      const expected = written.filter((fields) => fields.length > 1 || fields[0] !== '');
      expect(read(text).map(({fields}) => fields)).toEqual(expected);
      expect(read(text).every(({isWhole}) => isWhole)).toBe(true);
    }),
  );
});

it('makes rows of records that have all columns, with the fields that are known by their names', () => {
  const records = read('1,,3\n4,5\n6,7,"8');
  const given: unknown[] = [];
  const rows = rowsOf(['a', 'b', 'c'], records, (known) => {
    given.push(known);
    return {kind: 'unfinished'};
  });
  const wrong = {kind: 'wrong', problem: 'not as many columns as the first line, 3'};
  expect(given).toEqual([{a: '1', c: '3'}]);
  expect(rows).toEqual([
    {place: 'line 1', imported: {kind: 'unfinished'}},
    {place: 'line 2', imported: wrong},
    {place: 'line 3', imported: wrong},
  ]);
});

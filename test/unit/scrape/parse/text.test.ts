import {describe, expect, it} from 'vitest';
import {PageError} from '../../../../src/scrape/parse/page-error.ts';
import {readPage} from '../read-page.ts';

/** The series of a page as name, labels and value. */
const read = async (page: string) =>
  (await readPage(page, 'text')).map(({name, labels, value}) => [name, labels, value]);

describe('takes what Prometheus takes', () => {
  it.each<[string, string, unknown[]]>([
    ['a trailing comma', 'a{b="c",} 1', ['a', {b: 'c'}, 1]],
    ['blanks around everything', ' \ta { b = "c" , d = "e" }\t1 ', ['a', {b: 'c', d: 'e'}, 1]],
    ['labels without a comma in between', 'a{b="c" d="e"} 1', ['a', {b: 'c', d: 'e'}, 1]],
    ['no blank behind the brace', 'a{b="c"}1', ['a', {b: 'c'}, 1]],
    ['no labels in braces', 'a{} 1', ['a', {}, 1]],
    ['colons and underscores', '_a:b:c_1 1', ['_a:b:c_1', {}, 1]],
    ['escapes', String.raw`a{b="\"x\"\\\n\y"} 1`, ['a', {b: '"x"\\\n\\y'}, 1]],
    ['a line feed in a label', 'a{b="c\nd"} 1', ['a', {b: 'c\nd'}, 1]],
    ['a zero byte in a label', 'a{b="c\0"} 1', ['a', {b: 'c\0'}, 1]],
    ['a metric name in quotes', '{"a.b",c="d"} 1', ['a.b', {c: 'd'}, 1]],
    ['a metric name behind labels', '{c="d", "a.b"} 1', ['a.b', {c: 'd'}, 1]],
    ['label names in quotes', String.raw`{"ä \"x\"","l.m"="d"} 1`, ['ä "x"', {'l.m': 'd'}, 1]],
    ['numbers of every kind', 'a -1.5e-3', ['a', {}, -0.0015]],
    ['an empty value, which is no label', 'a{b=""} 1', ['a', {}, 1]],
  ])('%s', async (_, page, series) => {
    expect(await read(page)).toEqual([series]);
    expect(await read(`${page}\n`)).toEqual([series]);
  });

  it('comments, blank lines and a page without anything', async () => {
    expect(await read('#\n# \n# HELPX a\n#TYPE a b\n\n  \n# TYPE\n# EOF\n# UNIT a b\na 1\n')).toEqual([
      ['a', {}, 1],
    ]);
    expect(await read('')).toEqual([]);
  });

  it('timestamps in milliseconds', async () => {
    expect(await readPage('a 1  \t1520879607789 \nb 2\n', 'text')).toMatchObject([
      {value: 1, timestampMs: 1520879607789},
      {value: 2},
    ]);
  });
});

describe('tells what and where it is', () => {
  it.each([
    ['a', 'line 1: expected a value behind the series'],
    ['x 1\ny 2\na true', 'line 3: expected a number behind the series'],
    ["a{b='c'} 1", 'line 1: expected a label value in double quotes'],
    ['a{b=', 'line 1: expected a label value in double quotes'],
    ['a{b="c', 'line 1: expected a label value in double quotes'],
    ['a{b="c\\', 'line 1: expected a label value in double quotes'],
    ['a{="c"} 1', 'line 1: expected a label name'],
    ['a{ä="c"} 1', 'line 1: expected a label name'],
    ['a{b:c="c"} 1', 'line 1: expected = behind the label name'],
    ['a{b="c"', 'line 1: expected a label name'],
    ['a{b="c",b="d"} 1', 'line 1: the label "b" is there twice'],
    ['a{__name__="b"} 1', 'line 1: the label "__name__" is there twice'],
    ['{a="ok"} 1', 'line 1: expected a metric name'],
    ['{""} 1', 'line 1: expected a name that is not empty'],
    ['a{"b"} 1', 'line 1: a second metric name'],
    ['{"a","b"} 1', 'line 1: a second metric name'],
    ['9 1', 'line 1: expected a metric name'],
    ['a 1_2', 'line 1: expected a number behind the series'],
    ['a 1\r\nb 1', 'line 1: expected a number behind the series'],
    ['a 0 1_2', 'line 1: expected the end of the line'],
    ['a 0 -1', 'line 1: expected a timestamp in whole milliseconds'],
    ['a 0 1.5', 'line 1: expected the end of the line'],
    ['a 0 99999999999999999999', 'line 1: expected a timestamp in whole milliseconds'],
    ['# TYPE #\n', 'line 1: expected a metric name behind TYPE'],
    ['# HELP 9\n', 'line 1: expected a metric name behind HELP'],
    ['\n# TYPE a count\n', 'line 2: unknown metric type "count"'],
    ['# TYPE a  counter\n', 'line 1: unknown metric type " counter"'],
    ['# TYPE a counter\r\n', 'line 1: unknown metric type "counter\\r"'],
    ['# TYPE a info\n', 'line 1: unknown metric type "info"'],
    ['# TYPE a', 'line 1: unknown metric type ""'],
  ])('%j', async (page, problem) => {
    const failed = readPage(page, 'text');
    await expect(failed).rejects.toBeInstanceOf(PageError);
    await expect(failed).rejects.toThrow(problem);
  });

  it.each([
    ['a label', [...Buffer.from('a{b="'), 0xff, ...Buffer.from('"} 1\n')]],
    ['a name', [...Buffer.from('{"'), 0xff, ...Buffer.from('"} 1\n')]],
    ['help', [...Buffer.from('# HELP a '), 0xc3, ...Buffer.from('\n')]],
  ])('%s that is not UTF-8', async (_, bytes) => {
    await expect(readPage(Buffer.from(bytes), 'text')).rejects.toThrow('line 1: text that is not UTF-8');
  });
});

describe('families', () => {
  it('gives each series what the lines before it say of it', async () => {
    const page = [
      '# HELP h Some \\\\ help\\nof "two" lines',
      '# TYPE h histogram',
      'h_bucket{le="1"} 1',
      'h_bucket{le="+Inf"} 2',
      'h_sum 3',
      'h_count 2',
      'h_other 1',
      '# TYPE s summary',
      's{quantile="0.50"} 1',
      's_sum 2',
      'untold{le="1"} 1',
      '# TYPE c_total counter',
      'c_total 1',
      '# TYPE u untyped',
      'u 1',
      '# HELP "d.e" dots',
      '{"d.e"} 1',
    ].join('\n');
    const h = {name: 'h', type: 'histogram', help: 'Some \\ help\nof "two" lines', unit: ''};
    const s = {name: 's', type: 'summary', help: '', unit: ''};
    expect((await readPage(page, 'text')).map(({labels, family}) => [labels, family])).toEqual([
      [{le: '1.0'}, h],
      [{le: '+Inf'}, h],
      [{}, h],
      [{}, h],
      [{}, {name: 'h_other', type: 'unknown', help: '', unit: ''}],
      [{quantile: '0.5'}, s],
      [{}, s],
      [{le: '1'}, {name: 'untold', type: 'unknown', help: '', unit: ''}],
      [{}, {name: 'c_total', type: 'counter', help: '', unit: ''}],
      [{}, {name: 'u', type: 'unknown', help: '', unit: ''}],
      [{}, {name: 'd.e', type: 'unknown', help: 'dots', unit: ''}],
    ]);
  });
});

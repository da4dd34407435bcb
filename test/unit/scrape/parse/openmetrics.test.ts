import {describe, expect, it} from 'vitest';
import {readPage} from '../read-page.ts';

describe('reads OpenMetrics', () => {
  it('with units, exemplars, timestamps and created times', async () => {
    const page = [
      '# HELP foo_seconds Some "help" \\"more\\"',
      '# TYPE foo_seconds counter',
      '# UNIT foo_seconds seconds',
      'foo_seconds_total{a="b"} 17.0 1520879607.789 # {id="counter-test"} 5',
      'foo_seconds_created{a="b"} 1520872607.123',
      'foo_seconds_total 21',
      '# TYPE h histogram',
      'h_created 1520430001',
      'h_bucket{le="1"} 1 # {trace="y z",id="x",none=""} 0.5 123.456',
      'h_bucket{le="+Inf"} 2 # {} 4',
      'h_count 2',
      'h_sum 3',
      '# TYPE s stateset',
      's{s="on"} 1',
      '# TYPE i info',
      'i_info{v="1"} 1',
      '# TYPE g gaugehistogram',
      'g_bucket{le="1"} 1',
      'g_gsum 1',
      '# TYPE fizz_created gauge',
      'fizz_created 17',
      '# TYPE u unknown',
      'u NaN -1.5',
      '# EOF\n',
    ].join('\n');
    const samples = await readPage(page, 'openmetrics');
    const family = {name: 'foo_seconds', type: 'counter', help: 'Some "help" "more"', unit: 'seconds'};
    expect(samples.slice(0, 3)).toEqual([
      {
        name: 'foo_seconds_total',
        labels: {a: 'b'},
        value: 17,
        family,
        timestampMs: 1520879607789,
        createdMs: 1520872607123,
        exemplar: {labels: [['id', 'counter-test']], value: 5},
      },
      {name: 'foo_seconds_created', labels: {a: 'b'}, value: 1520872607.123, family},
      {name: 'foo_seconds_total', labels: {}, value: 21, family},
    ]);
    const told = samples.map(({name, family, createdMs}) => [name, family.type, createdMs]);
    expect(told.slice(3)).toEqual([
      ['h_created', 'histogram', undefined],
      ['h_bucket', 'histogram', 1520430001000],
      ['h_bucket', 'histogram', 1520430001000],
      ['h_count', 'histogram', 1520430001000],
      ['h_sum', 'histogram', 1520430001000],
      ['s', 'stateset', undefined],
      ['i_info', 'info', undefined],
      ['g_bucket', 'gaugehistogram', undefined],
      ['g_gsum', 'gaugehistogram', undefined],
      ['fizz_created', 'gauge', undefined],
      ['u', 'unknown', undefined],
    ]);
    expect(samples[4]?.exemplar).toEqual({
      labels: [
        ['id', 'x'],
        ['trace', 'y z'],
      ],
      value: 0.5,
      timestampMs: 123456,
    });
    expect(samples.at(-1)).toMatchObject({value: Number.NaN, timestampMs: -1500});
  });

  it('sorts the labels of an exemplar as Prometheus does, by the bytes of UTF-8', async () => {
    const [sample] = await readPage('a 1 # {"\u{1f600}"="x","\uffee"="y",a="z"} 2\n# EOF\n', 'openmetrics');
    expect(sample?.exemplar?.labels.map(([name]) => name)).toEqual(['a', '\uffee', '\u{1f600}']);
  });

  it('finds the created time of a series with an empty label, which is the same without it', async () => {
    const page = '# TYPE a counter\na_total{b="",c="d"} 1\na_created{c="d"} 2\n# EOF\n';
    const [sample] = await readPage(page, 'openmetrics');
    expect(sample?.createdMs).toBe(2000);
  });

  it.each([
    ['# EOF', 0],
    ['# EOF\n', 0],
    ['{"a.b"} 1\n# EOF', 1],
    ['{q="0.9","http.status",a="b"} 8.3835e-05\n# EOF\n', 1],
    ['a{b="c",} 1\n# EOF\n', 1],
    ['# HELP m \nm 1\n# EOF\n', 1],
    ['# UNIT m \nm 1\n# EOF\n', 1],
    ['a 1 # {"id.thing"="x"} 4\n# EOF\n', 1],
  ])('%j', async (page, count) => {
    expect(await readPage(page, 'openmetrics')).toHaveLength(count);
  });
});

describe('refuses what Prometheus refuses', () => {
  it.each([
    ['', 'line 1: expected # EOF'],
    ['a 1\n', 'line 2: expected # EOF'],
    ['a 1', 'line 1: expected the end of the line'],
    ['\n# EOF\n', 'line 1: expected a metric name'],
    [' a 1\n# EOF\n', 'line 1: expected a metric name'],
    ['a 1\n # EOF\n', 'line 2: expected a metric name'],
    ['a\t1\n# EOF\n', 'line 1: expected a value behind the series'],
    ['a  1\n# EOF\n', 'line 1: expected a number behind the series'],
    ['a 1\t2\n# EOF\n', 'line 1: expected the end of the line'],
    ['a 1 2 \n# EOF\n', 'line 1: expected the end of the line'],
    ['a 1 2 #\n# EOF\n', 'line 1: expected the end of the line'],
    ['a 1 1z\n# EOF\n', 'line 1: expected a timestamp in seconds'],
    ['a 1 NaN\n# EOF\n', 'line 1: expected a timestamp in seconds'],
    ['a 1 -Inf\n# EOF\n', 'line 1: expected a timestamp in seconds'],
    ['a 1 1 1\n# EOF\n', 'line 1: expected the end of the line'],
    ['a{ b="c"} 1\n# EOF\n', 'line 1: expected a label name'],
    ['a{,b="c"} 1\n# EOF\n', 'line 1: expected a label name'],
    ['a{b="c"d="e"} 1\n# EOF\n', 'line 1: expected a comma or a closing brace'],
    ['a{b="c",,d="e"} 1\n# EOF\n', 'line 1: expected a label name'],
    ['a{b="c\nd"} 1\n# EOF\n', 'line 1: expected a label value in double quotes'],
    ['a{b="c"}1\n# EOF\n', 'line 1: expected a value behind the series'],
    ['# EOF\na 1\n', 'line 2: unexpected data behind # EOF'],
    ['# EOF\n\n', 'line 2: unexpected data behind # EOF'],
    ['# comment\n# EOF\n', 'line 1: expected # HELP, # TYPE, # UNIT or # EOF'],
    ['#  TYPE c counter\n# EOF\n', 'line 1: expected # HELP, # TYPE, # UNIT or # EOF'],
    ['# TYPE u untyped\n# EOF\n', 'line 1: unknown metric type "untyped"'],
    ['# TYPE c counter \n# EOF\n', 'line 1: unknown metric type "counter "'],
    ['# TYPE m\n# EOF\n', 'line 1: expected a text behind the name in TYPE'],
    [
      '# UNIT metricsuffix suffix\n# EOF\n',
      'line 1: the unit "suffix" is not the end of the name metricsuffix',
    ],
    ['a 1 # {aa=bb} 1\n# EOF\n', 'line 1: expected a label value in double quotes'],
    ['a 1 # {aa="bb"}\n# EOF\n', "line 1: expected a value behind an exemplar's labels"],
    ['a 1 # {bb} 1\n# EOF\n', 'line 1: expected = behind the label name'],
    ['a 1 # {"bb"} 1\n# EOF\n', 'line 1: expected a label name'],
    ['a 1 # {aa="bb"} 1_2\n# EOF\n', 'line 1: expected a value'],
    ['a 1 # {aa="bb"} 4 NaN\n# EOF\n', 'line 1: expected a timestamp in seconds'],
  ])('%j', async (page, problem) => {
    await expect(readPage(page, 'openmetrics')).rejects.toThrow(problem);
  });
});

import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {encodeOpenMetrics} from '../../../../src/exposition/openmetrics.ts';
import {encodeText} from '../../../../src/exposition/text.ts';
import {createMapping} from '../../../../src/metrics/map.ts';
import type {Layout} from '../../../../src/scrape/block.ts';
import {
  createPageMemory,
  type PageContents,
  type PageMemory,
} from '../../../../src/scrape/page/page-memory.ts';
import {PageError} from '../../../../src/scrape/parse/page-error.ts';
import type {PageFormat} from '../../../../src/scrape/parse/series-text.ts';
import {anyRow, anyText} from '../../../fixtures/any-result.ts';
import {parseOpenMetrics} from '../../exposition/parse-openmetrics.ts';
import {parseText} from '../../exposition/parse-text.ts';
import {plainMemory, type ReadSample, readPage, samplesOf} from '../read-page.ts';

const seriesOf = (layout: Layout): readonly string[] =>
  Array.from({length: layout.size}, (_, index) => JSON.stringify(layout.seriesAt(index).labels));

describe('reads what the exposition writes', () => {
  const anySamples = fc
    .record({rows: fc.tuple(anyRow('wan'), anyRow('lan')), line: anyText, appName: anyText})
    .map(({rows, line, appName}) => {
      const jobLabels = {get: (job: string) => ({job_name: job, line})};
      const naming = {profiles: ['documented', 'base-units'] as const, prefix: 'a:b_'};
      return rows.flatMap(createMapping({...naming, volatileLabels: 'info', appName, jobLabels}));
    });
  const plain = ({name, labels, value}: Pick<ReadSample, 'name' | 'labels' | 'value'>) => ({
    name,
    labels,
    value,
  });

  it('in the text format, as an independent parser does', async () => {
    await fc.assert(
      fc.asyncProperty(anySamples, async (samples) => {
        const page = Buffer.from(encodeText(samples)).toString();
        const read = await readPage(page, 'text');
        const expected = parseText(page).flatMap(({name, help, type, samples}) =>
          samples.map((sample) => ({sample, family: {name, help, type, unit: ''}})),
        );
        expect(read.map(plain)).toEqual(
          expected.map(({sample}) => plain({...sample, labels: Object.fromEntries(sample.labels)})),
        );
        expect(read.map(({family}) => family)).toEqual(expected.map(({family}) => family));
      }),
      {numRuns: 25},
    );
  });

  it('in OpenMetrics, as an independent parser does', async () => {
    await fc.assert(
      fc.asyncProperty(anySamples, fc.integer(), async (samples, timestampMs) => {
        const dated = samples.map((sample) => ({...sample, timestampMs}));
        const page = Buffer.from(encodeOpenMetrics(dated)).toString();
        const read = await readPage(page, 'openmetrics');
        const expected = parseOpenMetrics(page).flatMap(({samples, ...family}) =>
          samples.map((sample) => ({sample, family})),
        );
        expect(read.map(plain)).toEqual(
          expected.map(({sample}) => plain({...sample, labels: Object.fromEntries(sample.labels)})),
        );
        expect(read.map(({family}) => family)).toEqual(expected.map(({family}) => family));
        // Prometheus cuts the milliseconds that a float64 of seconds has lost.
        for (const sample of read) expect(sample.timestampMs).toBe(Math.trunc((timestampMs / 1000) * 1000));
      }),
      {numRuns: 25},
    );
  });
});

const tokens = [
  'a',
  'b_total',
  'a_created',
  '{',
  '}',
  '"',
  '"x"',
  'le="1"',
  ',',
  '=',
  ' ',
  '\t',
  '\n',
  '\\',
  '# TYPE a counter\n',
  '# HELP a x\n',
  '# EOF',
  '# EOF\n',
  '#',
  '1',
  '-1.5e+3',
  'NaN',
  ' # {t="1"} 1',
  '\0',
  'ä',
  '\ufffd',
  '1520879607789',
];
const garbage = fc.oneof(
  fc.array(fc.constantFrom(...tokens), {maxLength: 25}).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({maxLength: 60}).map((bytes) => Buffer.from(bytes)),
);
const anyFormat = fc.constantFrom<PageFormat>('text', 'openmetrics');

const outcomeOf = async (reading: Promise<PageContents>): Promise<PageContents | string> =>
  reading.catch((error: unknown) => {
    if (error instanceof PageError) return error.message;
    throw error;
  });

/** What a memory reads of each page in turn, with what it tells of series gone and come. */
const readAll = async (memory: PageMemory, pages: readonly (readonly [Buffer, PageFormat])[]) => {
  const outcomes: (PageContents | string)[] = [];
  for (const [page, format] of pages) outcomes.push(await outcomeOf(memory.read(page, format)));
  return outcomes;
};

describe('a memory of pages', () => {
  const series = fc.record({
    name: fc.constantFrom('a', 'b', 'c_total', 'c_created', 'dropped', 'h_bucket', '{"q.r"', 'h'),
    le: fc.constantFrom('', 'le="1"', 'le="1.0"', 'x="y",le="2"', 'le="2",x="y"', 'x="}\\"\\\\"'),
    value: fc.oneof(fc.integer().map(String), fc.constantFrom('NaN', '1.5', '123456789012345678901', 'x')),
    rest: fc.constantFrom('', '', '', '', ' 1520879607789', ' # {t="1"} 2'),
  });
  const line = fc.oneof(
    {weight: 6, arbitrary: series},
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '# TYPE a counter\n',
        '# TYPE h histogram\n',
        '# HELP h some\n',
        '# HELP h other\n',
        '# TYPE c counter\n',
      ),
    },
  );
  type Line = string | {name: string; le: string; value: string; rest: string};
  const write = (lines: readonly Line[], format: PageFormat, endsInNewline: boolean): Buffer => {
    const texts = lines.map((each) => {
      if (typeof each === 'string') return each;
      const {name, le, value, rest} = each;
      const head = name.startsWith('{') ? `${name},${le}}` : `${name}{${le}}`;
      return `${head} ${value}${rest.includes('#') && format === 'text' ? '' : rest}\n`;
    });
    const page = texts.join('') + (format === 'text' ? '' : '# EOF\n');
    return Buffer.from(endsInNewline ? page : page.slice(0, -1));
  };
  // Each page is some of the last one, with new values, and something new.
  const anyChange = fc.record({
    inserted: fc.array(fc.tuple(line, fc.nat(30)), {maxLength: 6}),
    removed: fc.nat(6),
    format: anyFormat,
    endsInNewline: fc.boolean(),
    series,
  });
  const anyPages = fc.array(anyChange, {maxLength: 6}).map((changes) => {
    let lines: Line[] = [];
    return changes.map(
      ({inserted, removed, format, endsInNewline, series: {value}}): [Buffer, PageFormat] => {
        if (removed < 3) lines.splice(removed, 1);
        for (const [each, at] of inserted) lines.splice(at % (lines.length + 1), 0, each);
        lines = lines.map((each) =>
          typeof each === 'string' ? each : {...each, value: each.value === 'x' ? '7' : value},
        );
        return [write(lines, format, endsInNewline), format];
      },
    );
  });

  it('gives of each page what one gives that has seen none before', async () => {
    await fc.assert(
      fc.asyncProperty(anyPages, async (pages) => {
        const outcomes = await readAll(plainMemory(), pages);
        let before: readonly string[] = [];
        for (const [index, outcome] of outcomes.entries()) {
          const [alone] = await readAll(plainMemory(), pages.slice(index, index + 1));
          if (typeof outcome === 'string' || typeof alone === 'string' || alone === undefined) {
            expect(outcome).toEqual(alone);
            continue;
          }
          expect(samplesOf(outcome)).toEqual(samplesOf(alone));
          expect(outcome.layout.key).toBe(alone.layout.key);
          expect([outcome.scraped, outcome.relabelled]).toEqual([alone.scraped, alone.relabelled]);
          const now = seriesOf(outcome.layout);
          expect(outcome.vanished.map((place) => before[place])).toEqual(
            before.filter((each) => !now.includes(each)),
          );
          before = now;
        }
      }),
      {numRuns: 300},
    );
  });

  it('throws nothing but its own errors, and is none the worse for them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(garbage, anyFormat), {maxLength: 4}), async (pages) => {
        const good: [Buffer, PageFormat] = [Buffer.from('a{b="c"} 1\nd 2\n'), 'text'];
        const outcomes = await readAll(plainMemory(), [good, ...pages, good]);
        const last = outcomes.at(-1);
        expect(typeof last === 'string' ? last : seriesOf(last?.layout ?? expect.fail())).toHaveLength(2);
      }),
      {numRuns: 500},
    );
  });

  it('keeps the layout for as long as there are the same series in the same order', async () => {
    const memory = plainMemory();
    const first = await memory.read(Buffer.from('# TYPE a gauge\na 1\nb{c="d"} 2\ndropped 3\na 4\n'), 'text');
    expect(first).toMatchObject({scraped: 4, relabelled: 3, added: 2, vanished: []});
    expect([...first.values]).toEqual([1, 2]);
    const second = await memory.read(
      Buffer.from('# TYPE a gauge\na 1e3\nb{c="d"} NaN\ndropped 3\na 4\n'),
      'text',
    );
    expect(second.layout).toBe(first.layout);
    expect(second).toMatchObject({scraped: 4, relabelled: 3, added: 0, vanished: []});
    expect([...second.values]).toEqual([1000, Number.NaN]);
    // Prometheus' NaN, which is not the stale marker.
    expect(new BigUint64Array(second.values.buffer)[1]).toBe(0x7ff8000000000001n);
    const third = await memory.read(Buffer.from('# TYPE a gauge\nb{c="d"} 2\ne 5\n'), 'text');
    expect(third).toMatchObject({added: 1, vanished: [0]});
  });

  it('takes a last line with and without its line feed, where all else is the same', async () => {
    const memory = plainMemory();
    for (const end of ['# EOF', '# EOF\n', '# EOF', '# EOF\n']) {
      const {values} = await memory.read(Buffer.from(`a 1\n${end}`), 'openmetrics');
      expect([...values]).toEqual([1]);
    }
  });

  it('asks for labels once for each series', async () => {
    const asked: string[] = [];
    const memory = createPageMemory({
      honorTimestamps: false,
      exemplars: false,
      toLabels: ({name}) => {
        asked.push(name);
        return [['__name__', name]];
      },
    });
    const names = Array.from({length: 3000}, (_, index) => `m${index}`);
    const pageOf = (given: readonly string[]) => Buffer.from(given.map((name) => `${name} 1 5\n`).join(''));
    await memory.read(pageOf(names), 'text');
    const reversed = await memory.read(pageOf(names.toReversed()), 'text');
    await memory.read(pageOf(['new', ...names.slice(0, 1000), 'newer', ...names.slice(1500)]), 'text');
    expect(asked).toEqual([...names, 'new', 'newer']);
    expect(reversed.timestampsMs).toBeUndefined();
  });
});

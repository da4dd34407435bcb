import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type DecodedSeries, decode, labelsOf, nameOf} from '../../contract/remote-write/decoded.ts';
import {resultsSender} from '../../contract/remote-write/results-sender.ts';
import {scrapesSender, startScrapes} from '../../contract/remote-write/scrapes-sender.ts';
import type {Gauge} from '../../contract/remote-write/sender.ts';
import {take, withSending} from '../../contract/remote-write/subject.ts';
import {startMs} from '../../contract/remote-write/tour.ts';
import {anyValue} from './any-series.ts';

const anyText = fc.oneof(
  fc.string({unit: 'binary'}),
  fc.string({unit: 'grapheme', minLength: 30, maxLength: 200}),
  fc.constantFrom('"', '\\', '\n', '\\n', '{}', ',', '\r\n', '\0', '\u{10ffff}', '\ufeff'),
);
const anyLabelName = fc
  .stringMatching(/^[a-z][a-zA-Z0-9_]{0,8}$/)
  .filter((name) => !['job', 'instance', 'place_'].includes(name));
const anyLabels = fc
  .array(fc.tuple(anyLabelName, anyText), {maxLength: 6})
  .map((pairs): Readonly<Record<string, string>> => Object.fromEntries(pairs));

/** Series, each told from the others by its place. */
const anyGauges = fc
  .array(
    fc.record({name: fc.constantFrom('m', 'm:n', '_m', 'M_seconds'), labels: anyLabels, value: anyValue}),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((gauges): readonly Gauge[] =>
    gauges.map(({labels, ...gauge}, place) => ({...gauge, labels: {...labels, place_: `${place}`}})),
  );

/** What a series is: its labels without those that tell where it comes from, and its value. */
const shown = (labels: Readonly<Record<string, string>>, value: unknown): unknown => {
  const own = Object.entries(labels).filter(
    ([name, text]) => text !== '' && !['__name__', 'job', 'instance'].includes(name),
  );
  return [Object.fromEntries(own), value];
};
const shownSeries = (each: DecodedSeries): unknown => [
  nameOf(each),
  shown(
    labelsOf(each),
    each.samples.map(({value}) => value),
  ),
];
const byPlace = (series: readonly DecodedSeries[]): readonly DecodedSeries[] =>
  series
    .filter((each) => 'place_' in labelsOf(each))
    .filter(({samples}) => samples.every(({value}) => value !== 'stale'))
    .toSorted((a, b) => Number(labelsOf(a)['place_']) - Number(labelsOf(b)['place_']));

describe.each(['1.0', '2.0'] as const)('in remote write %s', (version) => {
  it.each([resultsSender, scrapesSender])('what $name have arrives as it is', async ({start}) => {
    await withSending(start, {version, respond: take}, async (sending, {requests}) => {
      let timeMs = startMs;
      await fc.assert(
        fc.asyncProperty(anyGauges, async (gauges) => {
          const before = requests.length;
          timeMs += 1000;
          // Twice, and a third time: scrapes are then filled into what was encoded before.
          for (const each of [timeMs, timeMs + 100, timeMs + 200]) {
            await sending.hand(each, gauges);
            await sending.settled();
          }
          const sent = requests.slice(before).map(decode);
          expect(sent).toHaveLength(3);
          for (const {series} of sent)
            expect(byPlace(series).map(shownSeries)).toEqual(
              gauges.map(({name, labels, value}) => [name, shown(labels, [value])]),
            );
        }),
        {numRuns: 8},
      );
    });
  });
});

const anySeconds = fc.integer({min: -62_135_596_800, max: 253_402_300_799});
const anyExemplar = fc.record(
  {labels: anyLabels, value: fc.integer({min: -1000, max: 1000}), seconds: anySeconds},
  {requiredKeys: ['labels', 'value']},
);
/** Also what is no time, and then is not sent. */
const anyCreated = fc.oneof(anySeconds, fc.constantFrom(0, 1e16, -1e300, Infinity, Number.NaN));
const anyCounter = fc.record(
  {created: anyCreated, exemplar: anyExemplar, atSeconds: anySeconds},
  {requiredKeys: []},
);
type Counter = typeof anyCounter extends fc.Arbitrary<infer T> ? T : never;

const quoted = (text: string): string =>
  `"${text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`;

const linesOf = ({created, exemplar, atSeconds}: Counter, place: number): readonly string[] => {
  const pairs = Object.entries(exemplar?.labels ?? {}).map(([name, text]) => `${name}=${quoted(text)}`);
  const example =
    exemplar &&
    ` # {${pairs}} ${exemplar.value}${exemplar.seconds === undefined ? '' : ` ${exemplar.seconds}`}`;
  const labels = `{place="${place}"}`;
  return [
    `c_total${labels} ${place}${atSeconds === undefined ? '' : ` ${atSeconds}`}${example ?? ''}`,
    ...(created === undefined ? [] : [`c_created${labels} ${String(created).replace('Infinity', 'Inf')}`]),
  ];
};

it('times, created times and exemplars of pages arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCounter, {minLength: 1, maxLength: 20}), async (counters) => {
      await withSending(startScrapes, {version: '2.0', respond: take}, async (sending, {requests}) => {
        const page = ['# TYPE c counter', ...counters.flatMap(linesOf), '# EOF', ''].join('\n');
        await sending.scrape(startMs, page);
        await sending.settled();
        const series = requests.flatMap((request) => decode(request).series);
        const found = series.filter((each) => nameOf(each) === 'c_total');
        expect(found.map(({samples, exemplars}) => ({samples, exemplars}))).toEqual(
          counters.map(({created, exemplar, atSeconds}, place) => {
            const timestampMs = atSeconds === undefined ? startMs : atSeconds * 1000;
            const createdMs = (created ?? Number.NaN) * 1000;
            const startTime = Number.isSafeInteger(createdMs)
              ? {startMs: createdMs === 0 ? 1 : createdMs}
              : {};
            const labels = Object.entries(exemplar?.labels ?? {})
              .filter(([, text]) => text !== '')
              .toSorted(([a], [b]) => (a < b ? -1 : 1));
            const atMs = exemplar?.seconds === undefined ? timestampMs : exemplar.seconds * 1000;
            return {
              samples: [{value: place, timestampMs, ...startTime}],
              exemplars: exemplar ? [{labels, value: exemplar.value, timestampMs: atMs}] : [],
            };
          }),
        );
      });
    }),
    {numRuns: 8},
  );
});

it.each([resultsSender, scrapesSender])('times from long ago to far from now: $name', async ({start}) => {
  const times = [
    1 - 2 ** 53,
    -8.64e15,
    -(2 ** 32),
    -1,
    0,
    1,
    2 ** 35 - 1,
    2 ** 35,
    2 ** 42 - 1,
    2 ** 42,
    2 ** 53 - 1,
  ];
  await withSending(start, {version: '2.0', respond: take}, async (sending, {requests}) => {
    for (const timeMs of times) {
      await sending.hand(timeMs, [{name: 'm', labels: {}, value: 1}]);
      await sending.settled();
    }
    const series = requests
      .flatMap((request) => decode(request).series)
      .filter((each) => nameOf(each) === 'm');
    expect(series.flatMap(({samples}) => samples.map(({timestampMs}) => timestampMs))).toEqual(times);
  });
});

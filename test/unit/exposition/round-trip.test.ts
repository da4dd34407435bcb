import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {encodeOpenMetrics} from '../../../src/exposition/openmetrics.ts';
import {encodeText} from '../../../src/exposition/text.ts';
import {profiles} from '../../../src/metrics/catalog.ts';
import {createMapping} from '../../../src/metrics/map.ts';
import type {Sample} from '../../../src/metrics/sample.ts';
import {anyRow, anyText} from '../../fixtures/any-result.ts';
import {parseOpenMetrics} from './parse-openmetrics.ts';
import {parseText} from './parse-text.ts';

/** The newest results of two jobs as they are mapped, in any of the ways in which that can be set. */
const anySamples: fc.Arbitrary<readonly Sample[]> = fc
  .record({
    rows: fc.tuple(anyRow('wan'), anyRow('lan')),
    profiles: fc.subarray([...profiles], {minLength: 1}),
    prefix: fc.constantFrom('speedtest_tracker_', '', 'a:b_'),
    appName: anyText,
    volatileLabels: fc.constantFrom('series' as const, 'info' as const),
    line: anyText,
  })
  .map(({rows, line, ...settings}) => {
    const jobLabels = {get: (job: string) => ({job_name: job, line})};
    return rows.flatMap(createMapping({...settings, jobLabels}));
  });

/** What a receiver reads: the text as bytes, and those as UTF-8, of which nothing else is accepted. */
const overTheWire = (text: string): string =>
  new TextDecoder('utf-8', {fatal: true}).decode(Buffer.from(text));

const key = ({name, labels, value}: Pick<Sample, 'name' | 'labels' | 'value'>): unknown => [
  name,
  labels,
  value,
];

describe('what an independent parser reads of any results, in every profile', () => {
  test('the text format', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const families = parseText(overTheWire(encodeText(samples)));
        for (const family of families) {
          const members = samples.filter(({name}) => name === family.name);
          expect(family).toMatchObject({type: 'gauge', help: members[0]?.help});
          expect(family.samples.map(key)).toEqual(members.map(key));
        }
        expect(families.flatMap((family) => family.samples)).toHaveLength(samples.length);
      }),
    );
  });

  test('OpenMetrics', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const families = parseOpenMetrics(overTheWire(encodeOpenMetrics(samples)));
        for (const family of families) {
          const sampleName = family.type === 'info' ? `${family.name}_info` : family.name;
          const members = samples.filter(({name}) => name === sampleName);
          expect(family).toMatchObject({help: members[0]?.help, unit: members[0]?.unit ?? ''});
          expect(family.samples.map(key)).toEqual(members.map(key));
        }
        expect(families.flatMap((family) => family.samples)).toHaveLength(samples.length);
        expect(families.filter(({type}) => type === 'info')).toHaveLength(1);
        // Only counters may be called so.
        expect(families.filter(({name}) => /_(total|created)$/.test(name))).toEqual([]);
      }),
    );
  });

  test('OpenMetrics with any help and with times', () => {
    const sample = fc.record({help: anyText.map((text) => text.toWellFormed()), timestampMs: fc.integer()});
    fc.assert(
      fc.property(sample, ({help, timestampMs}) => {
        const [family] = parseOpenMetrics(
          overTheWire(encodeOpenMetrics([{name: 'm', help, labels: [], value: 1, timestampMs}])),
        );
        expect(family).toMatchObject({help, samples: [{timestampSeconds: timestampMs / 1000}]});
      }),
    );
  });
});

test.each([
  ['no end', 'a 1\n'],
  ['something behind the end', '# EOF\n\n'],
  ['a blank line', '# TYPE a gauge\na 1\n\n# EOF\n'],
  ['an escape that is none', '# TYPE a gauge\na{b="\\t"} 1\n# EOF\n'],
  ['a unit that is not in the name', '# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n'],
  ['a series twice', '# TYPE a gauge\na 1\na 2\n# EOF\n'],
  ['a family in two pieces', '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\na{c="d"} 1\n# EOF\n'],
  ['an info metric without its suffix', '# TYPE a info\na 1\n# EOF\n'],
  ['a clash', '# TYPE a_info gauge\na_info 1\n# TYPE a info\na_info 1\n# EOF\n'],
])('the parser of OpenMetrics refuses %s', (_, text) => {
  expect(() => parseOpenMetrics(text)).toThrow();
});

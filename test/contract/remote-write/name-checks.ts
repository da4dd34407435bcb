import {expect} from 'vitest';
import {decode, labelsOf, nameOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {startScrapes} from './scrapes-sender.ts';
import {type Check, type Checks, take, withSending} from './subject.ts';
import {startMs} from './tour.ts';

const validMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const validLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const hasValidMetrics: Check = async ({tour}) => {
  const names = new Set((await tour()).decoded.flatMap(({series}) => series.map(nameOf)));
  expect(names).toContain('colon:name');
  for (const name of names) expect(name).toMatch(validMetric);
};

const hasValidLabels: Check = async ({tour}) => {
  const labels = (await tour()).decoded.flatMap(({series}) => series.flatMap((each) => each.labels));
  const names = new Set(labels.map(([name]) => name));
  expect(names.size).toBeGreaterThan(1000);
  for (const name of names) expect(name).toMatch(validLabel);
};

const page = `{"métrique.ok","1st.label"="a","label:名前"="b","label.名前"="c",zone="d"} 1
# EOF
`;
const asTheyAre = {
  __name__: 'métrique.ok',
  '1st.label': 'a',
  'label.名前': 'c',
  'label:名前': 'b',
  zone: 'd',
};

/**
 * Names that targets have in UTF-8 are passed on in both versions, as by Prometheus 3, whose receiver takes them in both:
 * other names would be other series.
 */
const keepsNamesOfPages: Check = ({version}) =>
  withSending(startScrapes, {version, respond: take}, async (sending, {requests}) => {
    for (const timeMs of [startMs, startMs + 15_000, startMs + 30_000]) {
      await sending.scrape(timeMs, page);
      await sending.settled();
    }
    const series = requests.flatMap((request) => decode(request).series);
    const found = series.filter((each) => labelsOf(each)['zone'] === 'd');
    expect(found).toHaveLength(3);
    for (const {labels} of found) {
      const expected = {...asTheyAre, instance: 'home', job: 'node'};
      expect(labels).toEqual(
        Object.entries(expected).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
    }
  });

/** What metrics and labels are called. */
export const nameChecks = {
  metricNames: {
    results: hasValidMetrics,
    scrapes: async (subject) => {
      await hasValidMetrics(subject);
      await keepsNamesOfPages(subject);
    },
  },
  labelNames: {results: hasValidLabels, scrapes: hasValidLabels},
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;

import {expect} from 'vitest';
import {type DecodedSeries, decode, nameOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {startScrapes} from './scrapes-sender.ts';
import {type Checks, type Subject, take, withSending} from './subject.ts';
import {startMs} from './tour.ts';

/** Metrics of every type, as OpenMetrics 1.0 has them. */
const everyType = `# TYPE jobs counter
# HELP jobs Jobs done.
jobs_total 7 # {trace_id="of a job",empty="",alpha="sorted"} 1 1789999990.25
jobs_created 1789000000.5
# TYPE temperature_celsius gauge
# UNIT temperature_celsius celsius
# HELP temperature_celsius As "felt" \\\\ here.\\nAnd there.
temperature_celsius{place="in"} 21.5
temperature_celsius{place="out"} -3
# TYPE seconds histogram
# HELP seconds How long.
seconds_bucket{le="1"} 2 # {trace_id="of a bucket"} 0.5
seconds_bucket{le="+Inf"} 3
seconds_count 3
seconds_sum 4.5
seconds_created 0
# TYPE queued gaugehistogram
queued_bucket{le="+Inf"} 1
queued_gcount 1
queued_gsum 2
# TYPE rtt summary
# HELP rtt Round trips.
rtt{quantile="0.5"} 0.25
rtt_count 2
rtt_sum 0.5
rtt_created 1789000001
# TYPE build info
# HELP build Of this program.
build_info{version="1"} 1
# TYPE state stateset
state{state="on"} 1
# TYPE other unknown
other 5
# EOF
`;

type Page = (subject: Subject) => Promise<readonly DecodedSeries[]>;

/** What was sent of a page of every type, that was scraped four times. */
const scrapePages: Page = ({version}) =>
  withSending(startScrapes, {version, respond: take}, async (sending, {requests}) => {
    // By the third, what is said of series comes from a template.
    const noExemplars = everyType.replaceAll(/ # \{.*/g, '');
    for (const [index, page] of [everyType, noExemplars, noExemplars, noExemplars].entries()) {
      await sending.scrape(startMs + index * 15_000, page);
      await sending.settled();
    }
    return requests.map(decode).flatMap(({series}) => series);
  });

let pages: ReturnType<Page> | undefined;
/** As `scrapePages`, for which only one version asks: done once. */
const sentOfEveryType: Page = (subject) => {
  pages ??= scrapePages(subject);
  return pages;
};

const noPages = {because: 'a result is no page: its metrics are gauges without created times and exemplars'};
const exemplarsOf = (series: readonly DecodedSeries[]) =>
  series.flatMap((each) => each.exemplars.map((exemplar) => ({name: nameOf(each), ...exemplar})));

const metadataByName = (series: readonly DecodedSeries[]): Readonly<Record<string, readonly unknown[]>> =>
  Object.fromEntries(
    series.map((each) => [nameOf(each), [each.metadata?.type, each.metadata?.help, each.metadata?.unit]]),
  );

/** Of every series, sent four times: what came is the same each time. */
const always = async (subject: Subject, name: string): Promise<readonly unknown[]> => {
  const series = (await sentOfEveryType(subject)).filter((each) => nameOf(each) === name);
  return [...new Set(series.map((each) => each.samples[0]?.startMs))];
};

/** What a forwarder does with what only a page has. */
export const pageChecks = {
  types: {
    results: noPages,
    scrapes: async (subject) => {
      expect(metadataByName(await sentOfEveryType(subject))).toMatchObject({
        jobs_total: [1, 'Jobs done.', ''],
        temperature_celsius: [2, 'As "felt" \\ here.\nAnd there.', 'celsius'],
        ...Object.fromEntries(
          ['bucket', 'count', 'sum'].map((part) => [`seconds_${part}`, [3, 'How long.', '']]),
        ),
        ...Object.fromEntries(['bucket', 'gcount', 'gsum'].map((part) => [`queued_${part}`, [4, '', '']])),
        rtt: [5, 'Round trips.', ''],
        rtt_count: [5, 'Round trips.', ''],
        build_info: [6, 'Of this program.', ''],
        state: [7, '', ''],
        other: [0, '', ''],
        up: [2, expect.stringContaining('Health'), ''],
        scrape_duration_seconds: [2, expect.any(String), 'seconds'],
      });
    },
  },
  startTimestamp: {
    results: noPages,
    scrapes: async (subject) => {
      expect(await always(subject, 'jobs_total')).toEqual([1_789_000_000_500]);
      expect(await always(subject, 'rtt_count')).toEqual([1_789_000_001_000]);
      expect(await always(subject, 'temperature_celsius')).toEqual([undefined]);
    },
  },
  startOfEpoch: {
    results: noPages,
    scrapes: async (subject) => expect(await always(subject, 'seconds_bucket')).toEqual([1]),
  },
  exemplars: {
    results: noPages,
    scrapes: async (subject) => {
      const found = exemplarsOf(await sentOfEveryType(subject));
      expect(found.map(({name}) => name)).toEqual(['jobs_total', 'seconds_bucket']);
    },
  },
  exemplarValue: {
    results: noPages,
    scrapes: async (subject) => {
      expect(exemplarsOf(await sentOfEveryType(subject)).map(({value}) => value)).toEqual([1, 0.5]);
    },
  },
  exemplarTime: {
    results: noPages,
    scrapes: async (subject) => {
      expect(exemplarsOf(await sentOfEveryType(subject)).map(({timestampMs}) => timestampMs)).toEqual([
        1_789_999_990_250,
        startMs,
      ]);
    },
  },
  traceId: {
    results: noPages,
    scrapes: async (subject) => {
      // Sorted, and without the empty one, as those of series are.
      expect(exemplarsOf(await sentOfEveryType(subject)).map(({labels}) => labels)).toEqual([
        [
          ['alpha', 'sorted'],
          ['trace_id', 'of a job'],
        ],
        [['trace_id', 'of a bucket']],
      ]);
    },
  },
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;

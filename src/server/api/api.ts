import type {DatedSample} from '../../exposition/openmetrics.ts';
import type {Journal} from '../../journal/journal.ts';
import type {JournalRow} from '../../journal/row.ts';
import {describeEndpoint} from './describe.ts';
import {destinationsEndpoint} from './destinations.ts';
import type {Endpoint} from './endpoint.ts';
import {exportEndpoint} from './export.ts';
import {jobsEndpoint} from './jobs.ts';
import {latestEndpoint, oldLatestEndpoint} from './latest.ts';
import {progressEndpoint} from './progress.ts';
import type {ProgressHub} from './progress-hub.ts';
import {resultEndpoint} from './result.ts';
import {resultsEndpoint} from './results.ts';
import {seriesEndpoint} from './series.ts';
import type {DestinationList, JobList} from './shapes.ts';
import {type StartOutcome, startTestEndpoint} from './start-test.ts';
import {statisticsEndpoint} from './statistics.ts';

/** What the API tells of, and what it can start. */
export interface ApiSources {
  readonly journal: Pick<Journal, 'page' | 'following' | 'steps' | 'result' | 'newest'>;
  readonly jobs: () => JobList;
  readonly destinations: () => DestinationList;
  readonly hub: ProgressHub;
  readonly start: (job: string) => StartOutcome;
  /** A result's samples as they are sent, at their time. */
  readonly samplesOf: (row: JournalRow) => readonly DatedSample[];
  /** The program's. */
  readonly version: string;
}

/** The endpoints of the API. */
export const apiEndpoints = (sources: ApiSources): readonly Endpoint[] => {
  const {journal, jobs, destinations, hub, start, samplesOf, version} = sources;
  const endpoints: readonly Endpoint[] = [
    resultsEndpoint(journal),
    resultEndpoint(journal),
    latestEndpoint(journal),
    oldLatestEndpoint(journal),
    exportEndpoint(journal, samplesOf),
    seriesEndpoint(journal),
    statisticsEndpoint(journal),
    jobsEndpoint(jobs),
    destinationsEndpoint(destinations),
    startTestEndpoint(start),
    progressEndpoint(hub),
    describeEndpoint(() => endpoints, version),
  ];
  return endpoints;
};

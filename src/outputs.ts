import type {Config} from './config/schema.ts';
import type {TimedSample} from './exposition/openmetrics.ts';
import type {Journal, JournalRow} from './journal/journal.ts';
import {createMapping, type Mapping} from './metrics/map.ts';
import {createSentLabels} from './remote-write/labels.ts';

/**
 * The mapping that the configuration describes. Where there is more than one job, each job's name is a label of its
 * results, for two jobs may otherwise have the same series. A job that is gone counts as well.
 */
export const mappingOf = ({metrics, jobs}: Config): Mapping => {
  const configured = new Map(
    jobs.map(({name, labels}) => [name, jobs.length > 1 ? {job_name: name, ...labels} : labels]),
  );
  return createMapping({
    ...metrics,
    jobLabels: {get: (name) => configured.get(name) ?? (jobs.length > 0 ? {job_name: name} : {})},
  });
};

/** The newest result of each job of the configuration that has one. */
export const newestOfEachJob = ({jobs}: Config, journal: Journal): readonly JournalRow[] =>
  jobs.flatMap(({name}) => journal.newest(name) ?? []);

/** A result's samples as remote write sends them where nothing is relabelled: with the pushed labels, at the test's end. */
export const sentSamplesOf = (
  {labels}: Config,
  map: Mapping,
): ((row: JournalRow) => readonly TimedSample[]) => {
  const sentLabels = createSentLabels(Object.entries(labels));
  return (row) =>
    map(row).map((sample) => ({
      ...sample,
      labels: (sentLabels(sample.name, sample.labels) ?? []).filter(([name]) => name !== '__name__'),
      timestampMs: row.result.endedAtMs,
    }));
};

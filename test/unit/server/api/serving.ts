import {onTestFinished} from 'vitest';
import {openDatabase} from '../../../../src/journal/database.ts';
import type {Journal} from '../../../../src/journal/journal.ts';
import {createJournal} from '../../../../src/journal/sqlite-journal.ts';
import {createMapping} from '../../../../src/metrics/map.ts';
import {type ApiSources, apiEndpoints} from '../../../../src/server/api/api.ts';
import {createProgressHub} from '../../../../src/server/api/progress-hub.ts';
import type {Answer} from '../http.ts';
import {type Overrides, start} from '../running.ts';

const map = createMapping({
  profiles: ['documented'],
  prefix: 'speedtest_',
  appName: 'speedtest-bridge',
  volatileLabels: 'series',
  jobLabels: new Map(),
});

export const openJournal = (): Journal => {
  const journal = createJournal(openDatabase(':memory:'));
  onTestFinished(() => journal.close());
  return journal;
};

/** Sources that tell of a journal, and of neither jobs nor destinations. */
export const sourcesFor = (journal: Journal, overrides: Partial<ApiSources> = {}): ApiSources => ({
  journal,
  jobs: () => ({jobs: [], startAllowed: false, metricsPath: '/prometheus'}),
  destinations: () => ({destinations: []}),
  hub: createProgressHub(),
  start: () => ({kind: 'off'}),
  samplesOf: (row) => map(row).map((sample) => ({...sample, timestampMs: row.result.endedAtMs})),
  version: '1.2.3',
  ...overrides,
});

/** A server with the API, for as long as the running test takes. */
export const serve = async (
  journal: Journal,
  overrides: Partial<ApiSources> = {},
  serverOverrides: Overrides = {},
) => {
  const sources = sourcesFor(journal, overrides);
  onTestFinished(sources.hub.close);
  const server = await start({...serverOverrides, routes: apiEndpoints(sources)});
  return {...server, hub: sources.hub};
};

/** The JSON of an answer, which says that it is none to be kept. */
export const jsonOf = ({headers, body}: Answer): unknown => {
  if (headers['content-type'] !== 'application/json; charset=utf-8') throw new Error(headers['content-type']);
  if (headers['cache-control'] !== 'no-store') throw new Error(`cache-control: ${headers['cache-control']}`);
  if (headers['x-content-type-options'] !== 'nosniff') throw new Error('no nosniff');
  return JSON.parse(body);
};

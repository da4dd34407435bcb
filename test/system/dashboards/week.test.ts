import {afterAll, beforeAll, describe} from 'vitest';
import {startWays, type Way, ways} from '../../fixtures/week/ways.ts';
import type {Prometheus} from '../../peers/prometheus.ts';
import {testCommunityDashboard} from './community.ts';
import {testResultsDashboards} from './results.ts';

let filled: Readonly<Record<Way, Prometheus>>;
beforeAll(async () => {
  filled = await startWays();
}, 300_000);
afterAll(() => Promise.all(Object.values(filled ?? {}).map(({stop}) => stop())));

describe.each(ways)('a week of results that are %s', (way) => {
  testResultsDashboards(way, () => filled[way]);
  testCommunityDashboard(way, () => filled[way]);
});

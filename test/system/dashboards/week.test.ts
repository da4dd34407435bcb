import {afterAll, beforeAll, describe} from 'vitest';
import {profiles} from '../../../src/metrics/catalog.ts';
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
  // Where labels are has nothing to do with what metrics are called.
  testResultsDashboards(
    way,
    way === 'scraped with steady labels' ? ['documented'] : profiles,
    () => filled[way],
  );
  testCommunityDashboard(way, () => filled[way]);
});
